using System.Globalization;
using System.Reflection;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Microsoft.Extensions.Configuration;

namespace Aarya.Specs.Hosting;

/// <summary>Every setting with bounds, at its bounds and beyond.</summary>
public sealed class KnownSettingsSpec
{
    private static readonly Dictionary<string, NumberSetting> ByName = KnownSettings.Numbers(Modules.All).ToDictionary(x => x.Name);

    public static TheoryData<string> Numbers => [.. ByName.Keys];

    public static TheoryData<string> Flags => [.. KnownSettings.Flags];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void a_number_beyond_its_bounds_ends_the_start_with_a_line_that_names_both(string name)
    {
        var setting = ByName[name];
        string[] beyond =
        [
            $"{setting.Least - 1L}", $"{setting.Most + 1L}", "-1", "-2147483648", "2147483647", "2147483648", "99999999999999999999",
            "NaN", "Infinity", "-Infinity", "1e3", "1.5", "1,5", "0x10", "١٢", "many", " ", "\t", "true", "5s", "--1", "5 5",
        ];

        foreach (var value in beyond)
        {
            var refused = Refused(name, value);
            Assert.Equal($"{name} is '{value}': it must be a whole number from {setting.Least} to {setting.Most}.", refused);
        }

        if (setting.Least > 0) Assert.NotNull(Refused(name, "0"));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void a_number_within_its_bounds_is_taken_and_an_empty_one_is_not_set(string name)
    {
        var setting = ByName[name];

        Assert.InRange(setting.Default, setting.Least, setting.Most);
        Assert.Equal(setting.Least, Read($"{setting.Least}"));
        Assert.Equal(setting.Most, Read($"{setting.Most}"));
        Assert.Equal(setting.Default, Read(""));
        Assert.Equal(setting.Default, setting.Read(new ConfigurationBuilder().Build()));

        int Read(string value) => setting.Read(new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build());
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task the_bounds_and_the_default_of_a_number_are_in_the_operations_page(string name)
    {
        var setting = ByName[name];
        var page = await File.ReadAllLinesAsync(Repository.PathOf("docs/operations.md"), TestContext.Current.CancellationToken);
        // The policies of the rate limit share a row, which lists the ends of their names.
        var word = name.StartsWith("AARYA_RATE_LIMIT_", StringComparison.Ordinal) ? name["AARYA_RATE_LIMIT".Length..] : name;
        string[] names = [$"`{name}`", $"`{word}`"];
        var row = Assert.Single(page, x => x.StartsWith('|') && names.Any(y => x.Contains(y, StringComparison.Ordinal)));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{setting.Least} to {setting.Most}"), row, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{setting.Default}"), row, StringComparison.Ordinal);
    }

    [Fact]
    public void every_number_that_a_class_declares_is_checked_at_the_start()
    {
        var declared = from assembly in new[] { typeof(KnownSettings).Assembly, typeof(Modules).Assembly }
                       from type in assembly.GetTypes()
                       from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
                       where field.FieldType == typeof(NumberSetting)
                       select ((NumberSetting)field.GetValue(null)!).Name;
        Assert.NotEmpty(declared);
        Assert.Empty(declared.Except(ByName.Keys));
    }

    [Theory]
    [MemberData(nameof(Flags))]
    public void a_flag_is_true_or_false_and_nothing_else(string name)
    {
        foreach (var value in new[] { "yes", "1", "0", "TRUE", "on", " true", "NaN", "-1" })
            Assert.Equal($"{name} is '{value}': it must be true or false.", Refused(name, value));

        Assert.True(Read("true"));
        Assert.False(Read("false"));
        Assert.False(Read(""));

        bool Read(string value) => new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build().Flag(name);
    }

    [Theory]
    [InlineData("Prod")]
    [InlineData("production ")]
    [InlineData("Staging")]
    public void an_environment_that_is_neither_of_the_two_is_no_shop_with_the_secrets_of_development(string value)
    {
        var refused = Assert.Throws<StartupException>(() => AaryaHost.Build([$"--environment={value}"], Modules.All));
        Assert.Equal($"ASPNETCORE_ENVIRONMENT is '{value}': it must be Production or Development.", refused.Message);
    }

    [Fact]
    public void an_empty_file_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal($"AARYA_RATE_LIMIT_FILE names {file}, which is empty.", Refused("AARYA_RATE_LIMIT_FILE", file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    // As at the start of the program, whatever its roles are.
    private static string? Refused(string name, string value)
    {
        try
        {
            AaryaHost.Build(["--environment=Development", $"--{name}={value}"], Modules.All);
            return null;
        }
        catch (StartupException refused)
        {
            return refused.Message;
        }
    }
}
