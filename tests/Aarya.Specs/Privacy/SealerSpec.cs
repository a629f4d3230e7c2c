using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Aarya.Specs.Privacy;

public sealed class SealerSpec
{
    private static readonly string Old = $"old:{Secret()}";
    private static readonly string New = $"new:{Secret()}";

    [Theory]
    [InlineData("")]
    [InlineData("Asha Rao")]
    [InlineData("आशा राव, 14 रेजिडेंसी रोड")]
    [InlineData("sealed:old:not really")]
    public void what_is_sealed_can_be_opened_and_says_nothing(string clear)
    {
        var sealer = With(Old);
        var text = sealer.Seal(clear);

        Assert.Equal(clear, sealer.Open(text));
        Assert.Matches("^sealed:old:[A-Za-z0-9_-]+$", text);
        Assert.True(clear.Length == 0 || !text.Contains(clear, StringComparison.Ordinal));
        Assert.NotEqual(text, sealer.Seal(clear));
    }

    [Theory]
    [InlineData("Asha Rao")]
    [InlineData("sealed:")]
    [InlineData("sealed:of fate")]
    public void what_was_written_in_clear_before_is_read_as_it_is(string clear) => Assert.Equal(clear, With(Old).Open(clear));

    [Fact]
    public void only_in_development_a_key_that_nobody_has_set_follows_from_the_database_s_password()
    {
        const string url = "postgres://aarya:monsoon@127.0.0.1/aarya";
        var key = KeysOf(url, Environments.Development).First;
        Assert.Equal(key.Sealing, KeysOf(url, Environments.Development).First.Sealing);
        Assert.NotEqual(key.Sealing, KeysOf("postgres://aarya:winter@127.0.0.1/aarya", Environments.Development).First.Sealing);
        var refused = Assert.Throws<StartupException>(() => KeysOf(url, Environments.Production));
        Assert.StartsWith("ENCRYPTION_KEY is not set", refused.Message, StringComparison.Ordinal);
    }

    private static EncryptionKeys KeysOf(string database, string environment) => EncryptionKeys.From(
        new ConfigurationBuilder().AddInMemoryCollection([new("DATABASE_URL", database)]).Build(),
        new HostingEnvironment { EnvironmentName = environment });

    [Fact]
    public void a_changed_byte_is_found()
    {
        var sealer = With(Old);
        var text = sealer.Seal("Asha Rao").ToCharArray();
        text[^10] = text[^10] == 'A' ? 'B' : 'A';

        Assert.ThrowsAny<CryptographicException>(() => sealer.Open(new string(text)));
    }

    [Fact]
    public void the_first_key_seals_and_every_key_opens()
    {
        var before = With(Old).Seal("Asha Rao");
        var both = With($"{New} {Old}");

        Assert.Equal("Asha Rao", both.Open(before));
        Assert.StartsWith("sealed:new:", both.Seal("Asha Rao"), StringComparison.Ordinal);
        var gone = Assert.Throws<CryptographicException>(() => With(New).Open(before));
        Assert.Equal("A field is sealed with the key old, which ENCRYPTION_KEY does not have.", gone.Message);
    }

    [Fact]
    public void renewing_seals_all_of_a_text_under_the_first_key_and_leaves_the_rest_of_it()
    {
        var both = With($"{New},{Old}");
        var text = $$"""{"name": "{{With(Old).Seal("Asha")}}", "city": "{{both.Seal("Pune")}}", "total": 5}""";

        Assert.True(both.IsStale(text));
        var renewed = both.Renew(text);
        Assert.False(both.IsStale(renewed));
        using var read = JsonDocument.Parse(renewed);
        Assert.Equal("Asha", With(New).Open(read.RootElement.GetProperty("name").GetString()!));
        Assert.Equal(5, read.RootElement.GetProperty("total").GetInt32());
    }

    [Fact]
    public void an_index_finds_what_was_written_under_any_key_and_tells_nobody_else_anything()
    {
        var both = With($"{New} {Old}");

        Assert.Equal(both.IndexOf("asha@example.com"), both.IndexOf(" Asha@Example.com "));
        Assert.Contains(With(Old).IndexOf("asha@example.com"), both.IndexesOf("asha@example.com"));
        Assert.NotEqual(With($"other:{Secret()}").IndexOf("asha@example.com").Split(':')[2],
            both.IndexOf("asha@example.com").Split(':')[2]);
        Assert.True(both.IsStale(With(Old).IndexOf("asha@example.com")));
    }

    [Fact]
    public void bytes_are_sealed_as_text_and_empty_ones_stay_empty()
    {
        var sealer = With(Old);
        Assert.Equal(new byte[] { 0, 255 }, sealer.Open(Encoding.ASCII.GetBytes(sealer.Seal([0, 255]))));
        Assert.Equal([], sealer.Open([]));
        Assert.Equal("{}"u8.ToArray(), sealer.Open("{}"u8.ToArray()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sesame")]
    [InlineData("c2hvcnQ=")]
    [InlineData("two words:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    [InlineData("sp_ecial:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]
    public void what_is_no_list_of_keys_is_refused_without_quoting_it(string text)
    {
        var refused = Assert.Throws<StartupException>(() => EncryptionKeys.Parse(text));

        Assert.StartsWith("ENCRYPTION_KEY is not a list of keys", refused.Message, StringComparison.Ordinal);
        Assert.True(text.Length == 0 || !refused.Message.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void two_keys_of_one_name_are_refused() =>
        Assert.Equal("ENCRYPTION_KEY has two keys named old.",
            Assert.Throws<StartupException>(() => EncryptionKeys.Parse($"{Old} old:{Secret()}")).Message);

    [Fact]
    public void a_key_without_a_name_has_the_same_one_every_time()
    {
        var secret = Secret();
        Assert.Equal(EncryptionKeys.Parse(secret).First.Id, EncryptionKeys.Parse($"{New} {secret}").All[1].Id);
    }

    [Fact]
    public void stored_json_has_the_personal_members_sealed_and_answers_do_not()
    {
        var sealer = With(Old);
        var stored = new JsonSerializerOptions(JsonSerializerDefaults.Web).Sealing(sealer);
        var person = new Person("Asha Rao", null, new(1990, 5, 17), "Pune");

        var json = JsonSerializer.Serialize(person, stored);
        using var read = JsonDocument.Parse(json);
        Assert.Equal("Asha Rao", sealer.Open(read.RootElement.GetProperty("name").GetString()!));
        Assert.StartsWith("sealed:", read.RootElement.GetProperty("born").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, read.RootElement.GetProperty("nickname").ValueKind);
        Assert.Equal(sealer.IndexOf("asha rao"), read.RootElement.GetProperty("nameIndex").GetString());
        Assert.Equal("Pune", read.RootElement.GetProperty("city").GetString());

        Assert.Equal(person, JsonSerializer.Deserialize<Person>(json, stored)! with { NameIndex = "" });
        var clear = JsonSerializer.Serialize(person, JsonSerializerOptions.Web);
        Assert.Contains("Asha Rao", clear, StringComparison.Ordinal);
        Assert.Equal(person, JsonSerializer.Deserialize<Person>(clear, stored));
    }

    private static Sealer With(string keys) => new(EncryptionKeys.Parse(keys));

    private static string Secret() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private sealed record Person([property: Personal] string Name, [property: Personal] string? Nickname,
        [property: Personal] DateOnly Born, string City)
    {
        [BlindIndex(nameof(Name))]
        public string NameIndex { get; init; } = "";
    }
}
