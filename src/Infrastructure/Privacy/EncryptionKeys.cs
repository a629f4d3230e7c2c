using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Privacy;

/// <summary>One key of <c>ENCRYPTION_KEY</c>, as the two keys that are derived from it (HKDF, RFC 5869).</summary>
/// <param name="Id">The name of the key in sealed values.</param>
/// <param name="Sealing">256 bits for AES-GCM.</param>
/// <param name="Indexing">256 bits for the HMAC of blind indexes.</param>
public sealed record EncryptionKey(string Id, byte[] Sealing, byte[] Indexing)
{
    /// <param name="secret">256 bits.</param>
    public static EncryptionKey Of(string id, byte[] secret) => new(id, Derive(secret, "sealing"), Derive(secret, "indexing"));

    public override string ToString() => $"encryption key {Id}";

    private static byte[] Derive(byte[] secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: Encoding.UTF8.GetBytes($"aarya personal fields {purpose}"));
}

/// <summary>
/// The keys that personal fields are sealed with: <c>ENCRYPTION_KEY</c> (or <c>ENCRYPTION_KEY_FILE</c>), one or more keys of 32 bytes in
/// base64, each with an optional name in front (<c>2026:3q2+...</c>), separated by spaces or commas. The first seals, all of them open.
/// </summary>
public sealed partial class EncryptionKeys
{
    private const string WhatToDo = "give 32 random bytes in base64; `openssl rand -base64 32` makes them.";

    private EncryptionKeys(IReadOnlyList<EncryptionKey> all) => All = all;

    /// <summary>The first one seals.</summary>
    public IReadOnlyList<EncryptionKey> All { get; }

    public EncryptionKey First => All[0];

    public EncryptionKey? Find(ReadOnlySpan<char> id)
    {
        foreach (var key in All)
        {
            if (id.SequenceEqual(key.Id)) return key;
        }

        return null;
    }

    /// <exception cref="StartupException">ENCRYPTION_KEY is missing in production, or not a list of keys.</exception>
    public static EncryptionKeys From(IConfiguration configuration, IHostEnvironment environment)
    {
        var text = environment.IsProduction() ? configuration.Require("ENCRYPTION_KEY", WhatToDo) : configuration.Find("ENCRYPTION_KEY");
        return text is null ? Development(configuration) : Parse(text);
    }

    /// <exception cref="StartupException">The text is not a list of keys.</exception>
    public static EncryptionKeys Parse(string text)
    {
        List<EncryptionKey> keys = [];
        foreach (var word in text.Split([' ', ',', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            var secret = new byte[32];
            if (!Convert.TryFromBase64String(word[(colon + 1)..], secret, out var size) || size != secret.Length) throw Unusable();
            // A key without a name is named by its own hash, so that no list of names is needed.
            var id = colon < 0 ? Convert.ToHexStringLower(SHA256.HashData([.. "aarya key id"u8, .. secret]))[..8] : word[..colon];
            if (!Name().IsMatch(id)) throw Unusable();
            if (keys.Any(x => x.Id == id)) throw new StartupException($"ENCRYPTION_KEY has two keys named {id}.");
            keys.Add(EncryptionKey.Of(id, secret));
        }

        return keys.Count > 0 ? new(keys) : throw Unusable();
    }

    // Every context's process must open what another has sealed, and no login can read all schemas: they share only DATABASE_URL.
    private static EncryptionKeys Development(IConfiguration configuration)
    {
        var url = configuration.Find("DATABASE_URL");
        var shared = url is null ? "" : DatabaseUrl.Parse("DATABASE_URL", url).Password;
        return new([EncryptionKey.Of("development", SHA256.HashData(Encoding.UTF8.GetBytes($"aarya development key {shared}")))]);
    }

    // The library's own message may quote the key.
    private static StartupException Unusable() =>
        new(
            "ENCRYPTION_KEY is not a list of keys, each 32 bytes in base64 with or without a name of letters and digits in front "
            + "(2026:...): make one with `openssl rand -base64 32`.");

    [GeneratedRegex("^[A-Za-z0-9-]{1,32}$")]
    private static partial Regex Name();
}
