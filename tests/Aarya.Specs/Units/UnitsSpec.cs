using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Units;

using Roles = Features.Roles;

/// <summary>The units for a server, read by systemd's own tools and held against the roles, the settings and the memory.</summary>
public sealed partial class UnitsSpec
{
    private static readonly string Folder = Repository.PathOf("deploy/server");
    private static readonly string[] SixRoles = [ActiveRoles.Gateway, .. Roles.Contexts];

    private static string Unit(string name) => File.ReadAllText(Path.Combine(Folder, name));

    // The unit of a role with its drop-in.
    private static string Role(string role) => Unit("aarya@.service") + Unit($"aarya@{role}.service.d/10-role.conf");

    [Fact]
    public async Task systemd_finds_no_fault_in_them_and_little_that_a_process_could_do_to_the_server()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "This machine has no systemd-analyze.");
        var root = Directory.CreateTempSubdirectory("aarya-units-");
        try
        {
            var units = root.CreateSubdirectory("etc/systemd/system");
            foreach (var file in Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Where(x => UnitName().IsMatch(x)))
            {
                var to = Path.Combine(units.FullName, Path.GetRelativePath(Folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            foreach (var program in new[] { "usr/bin/dotnet", "opt/aarya/deploy/server/back-off" })
            {
                var to = Path.Combine(root.FullName, program);
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy("/bin/true", to);
            }

            string[] services = [.. SixRoles.Append(ActiveRoles.All).Select(x => $"aarya@{x}.service"), "aarya-migrate.service"];
            foreach (var name in services.Append("aarya.target"))
            {
                var verified = await AnalyzeAsync(root.FullName, "verify", name);
                // Of its own root it says that targets which come with systemd are missing there.
                var faults = verified.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Where(x => x.Contains("aarya", StringComparison.Ordinal) && !x.Contains("Unit not found", StringComparison.Ordinal)
                        && !x.Contains("not found.", StringComparison.Ordinal));
                Assert.Empty(faults);
            }

            // Ten times the level of exposure: 20 of 100 is what systemd calls OK.
            foreach (var name in services)
            {
                var judged = await AnalyzeAsync(root.FullName, "security", "--offline=true", "--threshold=20", name);
                Assert.True(judged.ExitCode == 0, judged.Output + judged.Error);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static Task<ChildProgram> AnalyzeAsync(string root, params string[] arguments) => ChildProgram.RunAsync(
        new ProcessStartInfo("systemd-analyze", [.. arguments[..^1], $"--root={root}", "--no-pager", arguments[^1]]));

    [Fact]
    public void the_target_starts_every_role()
    {
        var wanted = Wants().Matches(Unit("aarya.target")).SelectMany(x => x.Groups["units"].Value.Split(' '));
        Assert.Equal(SixRoles.Select(x => $"aarya@{x}.service").Order(), wanted.Order());
        var conflicts = Conflicts().Matches(Unit("aarya@all.service.d/10-role.conf")).SelectMany(x => x.Groups["units"].Value.Split(' '));
        Assert.Equal(SixRoles.Select(x => $"aarya@{x}.service").Order(), conflicts.Order());
    }

    [Fact]
    public void each_process_gets_the_secrets_that_it_needs_and_no_others()
    {
        string[] own = ["redis-url", "redis-cache-url", "encryption-key"];
        var needs = new Dictionary<string, string[]>
        {
            ["gateway"] = [],
            ["core"] = ["core-database-url", "jwt-secret"],
            ["commerce"] = ["commerce-database-url"],
            ["payment"] = ["payment-database-url", "payment-api-key", "payment-webhook-secret"],
            ["content"] = ["content-database-url", "smtp-url"],
            ["search"] = ["search-database-url"],
        };
        Assert.Equal(SixRoles.Order(), needs.Keys.Order());
        foreach (var (role, needed) in needs) Assert.Equal(own.Concat(needed).Order(), SecretsOf(Role(role)).Order());

        string[] all = [.. own, .. needs.Values.SelectMany(x => x)];
        Assert.Equal(all.Order(), SecretsOf(Role(ActiveRoles.All)).Order());
        Assert.Equal(all.Append("database-owner-url").Order(), SecretsOf(Unit("aarya-migrate.service")).Order());

        static IEnumerable<string> SecretsOf(string unit) => Credential().Matches(unit).Select(x => x.Groups["file"].Value);
    }

    [Theory]
    [InlineData("gateway")]
    [InlineData("core")]
    [InlineData("commerce")]
    [InlineData("payment")]
    [InlineData("content")]
    [InlineData("search")]
    [InlineData("all")]
    [InlineData("migrate")]
    public void each_secret_reaches_a_setting_that_the_documentation_lists(string role)
    {
        var unit = role == "migrate" ? Unit("aarya-migrate.service") : Role(role);
        var loaded = Credential().Matches(unit).Select(x => x.Groups["name"].Value);
        var given = SettingFile().Matches(unit).Select(x => (Setting: x.Groups["setting"].Value, Name: x.Groups["name"].Value)).ToList();
        Assert.Equal(loaded.Order(), given.Select(x => x.Name).Order());
        var documented = File.ReadAllText(Repository.PathOf("docs/operations.md"));
        Assert.All(given, x => Assert.Contains($"`{x.Setting}`", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void the_memory_of_a_server_with_16_gb_adds_up_with_a_rest_for_the_system()
    {
        var most = Memory(Unit("aarya.slice"));
        var migration = Memory(Unit("aarya-migrate.service"));
        Assert.Equal(most, migration + SixRoles.Sum(x => Memory(Unit($"aarya@{x}.service.d/10-role.conf"))));
        Assert.InRange(Memory(Unit("aarya@all.service.d/10-role.conf")), 1, most);

        var budget = MemoryOfServer.Budget();
        foreach (var role in SixRoles) Assert.Equal(Memory(Unit($"aarya@{role}.service.d/10-role.conf")), budget[role]);
        Assert.Equal(migration, budget["migration"]);
        Assert.True(budget["left to the system"] >= 2048, "less than 2 GB for the system and its file cache");
        Assert.Equal(16 * 1024, budget.Values.Sum());
    }

    private static int Memory(string unit)
    {
        var found = MemoryMax().Matches(unit)[^1];
        var number = int.Parse(found.Groups["number"].Value, CultureInfo.InvariantCulture);
        return found.Groups["unit"].Value == "G" ? number * 1024 : number;
    }

    [Fact]
    public async Task starts_after_failures_are_spaced_further_and_further_and_begin_again_after_a_good_end()
    {
        var folder = Directory.CreateTempSubdirectory("aarya-starts-");
        try
        {
            // A sleep that says how long it was asked to.
            var sleep = Path.Combine(folder.FullName, "sleep");
            await File.WriteAllTextAsync(sleep, "#!/bin/sh\necho \"slept $1\"\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(sleep, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var waits = new List<string>();
            for (var start = 0; start < 8; start++)
            {
                waits.Add(Slept().Match(await RunAsync("wait", "")).Groups["seconds"].Value);
                await RunAsync("count", "exit-code");
            }

            Assert.Equal(["", "1", "2", "4", "8", "16", "30", "30"], waits);
            await RunAsync("count", "success");
            Assert.DoesNotContain("slept", await RunAsync("wait", ""), StringComparison.Ordinal);

            // A process that has run for more than a minute starts at once after its failure.
            await RunAsync("count", "exit-code");
            BeganLongAgo();
            await RunAsync("count", "signal");
            Assert.DoesNotContain("slept", await RunAsync("wait", ""), StringComparison.Ordinal);

            // So does one that an operator starts after it has failed for a long time.
            for (var failure = 0; failure < 8; failure++) await RunAsync("count", "exit-code");
            BeganLongAgo();
            Assert.DoesNotContain("slept", await RunAsync("wait", ""), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        void BeganLongAgo() =>
            File.SetLastWriteTimeUtc(Path.Combine(folder.FullName, "core.began"), DateTime.UtcNow.AddMinutes(-5));

        async Task<string> RunAsync(string deed, string result)
        {
            var start = new ProcessStartInfo(Path.Combine(Folder, "back-off"), [deed])
            {
                Environment =
                {
                    ["AARYA_ROLES"] = "core", ["RUNTIME_DIRECTORY"] = $"/run/aarya:{folder.FullName}", ["SERVICE_RESULT"] = result,
                    ["PATH"] = $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}",
                },
            };
            var ended = await ChildProgram.RunAsync(start);
            Assert.True(ended.ExitCode == 0, ended.Error);
            return ended.Output;
        }
    }

    [GeneratedRegex(@"\.(service|target|slice|conf)$", RegexOptions.ExplicitCapture)]
    private static partial Regex UnitName();

    [GeneratedRegex("^Wants=(?<units>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Wants();

    [GeneratedRegex("^Conflicts=(?<units>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Conflicts();

    [GeneratedRegex(
        "^LoadCredential=(?<name>[^:]+):/etc/aarya/secrets/(?<file>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Credential();

    [GeneratedRegex("(?<setting>[A-Z_]+)_FILE=%d/(?<name>[a-z-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex SettingFile();

    [GeneratedRegex("^MemoryMax=(?<number>[0-9]+)(?<unit>[MG])$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex MemoryMax();

    [GeneratedRegex("slept (?<seconds>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Slept();
}
