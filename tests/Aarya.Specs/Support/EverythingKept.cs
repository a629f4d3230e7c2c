using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Redis;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Specs.Support;

/// <summary>All that a shop stores: every column of every table of every schema, and every key of Redis.</summary>
public sealed partial class EverythingKept
{
    private readonly List<(string Place, string Text)> all = [];

    public int Count => all.Count;

    public static async Task<EverythingKept> ReadAsync(string databaseUrl, string redisUrl)
    {
        var kept = new EverythingKept();
        await kept.ReadTablesAsync(databaseUrl);
        await kept.ReadRedisAsync(redisUrl);
        return kept;
    }

    /// <summary>The places of these words in any case, including columns of bytes.</summary>
    public IReadOnlyList<string> PlacesOf(params string[] words) =>
    [
        .. from kept in all
           // The fraction of a second may have the digits of a PIN code.
           let text = Instant().Replace(kept.Text, "")
           from word in words
           where Holds(text, word)
           select $"{word} in {kept.Place}: {Around(text, word)}",
    ];

    /// <summary>The same with every sealed value opened, and the archive of events unpacked.</summary>
    public EverythingKept Opened(Sealer sealer)
    {
        var opened = new EverythingKept();
        foreach (var (place, text) in all)
            opened.all.Add((place, Sealed().Replace(Readable(text), x => OpenedText(sealer, place, x.Value))));
        return opened;
    }

    private static string OpenedText(Sealer sealer, string place, string text)
    {
        if (!place.StartsWith("content.event_archive", StringComparison.Ordinal) || !sealer.TryOpen(text, out var packed))
            return sealer.Open(text);
        using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var unpacked = new StreamReader(brotli);
        return unpacked.ReadToEnd();
    }

    private async Task ReadTablesAsync(string url)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(url) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        List<string> tables = [];
        await using (var list = new NpgsqlCommand("""
            select format('%I.%I', nspname, relname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace
            where relkind in ('r', 'm') and nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1
            """, connection))
        await using (var reader = await list.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync()) tables.Add(reader.GetString(0));
        }

        foreach (var table in tables)
        {
            await using var rows = new NpgsqlCommand($"select to_jsonb(x)::text from {table} x", connection);
            await using var reader = await rows.ExecuteReaderAsync();
            while (await reader.ReadAsync()) all.Add((table, reader.GetString(0)));
        }
    }

    private async Task ReadRedisAsync(string url)
    {
        var options = RedisConnections.OptionsFor(url, "specs");
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var redis = connection.GetDatabase();
        await foreach (var key in connection.GetServers()[0].KeysAsync())
        {
            all.Add(($"redis {key}", $"{key}"));
            IEnumerable<string> values = await redis.KeyTypeAsync(key) switch
            {
                RedisType.String => [$"{await redis.StringGetAsync(key)}"],
                RedisType.Hash => (await redis.HashGetAllAsync(key)).Select(x => $"{x.Name} {x.Value}"),
                RedisType.Stream => (await redis.StreamRangeAsync(key)).SelectMany(x => x.Values).Select(x => $"{x.Name} {x.Value}"),
                RedisType.List => (await redis.ListRangeAsync(key)).Select(x => $"{x}"),
                RedisType.Set => (await redis.SetMembersAsync(key)).Select(x => $"{x}"),
                RedisType.SortedSet => (await redis.SortedSetRangeByRankAsync(key)).Select(x => $"{x}"),
                _ => [],
            };
            all.AddRange(values.Select(x => ($"redis {key}", x)));
        }
    }

    // An id may have the six digits of a PIN code by chance: so short a number counts only where it stands alone.
    private static bool Holds(string text, string word) =>
        (word.Length <= 6 && word.All(char.IsAsciiDigit)
            ? Regex.IsMatch(text, $"(?<![0-9A-Za-z]){word}(?![0-9A-Za-z])")
            : text.Contains(word, StringComparison.OrdinalIgnoreCase))
            || text.Contains(Convert.ToHexString(Encoding.UTF8.GetBytes(word)), StringComparison.OrdinalIgnoreCase);

    private static string Around(string text, string word) =>
        text.IndexOf(word, StringComparison.OrdinalIgnoreCase) is >= 0 and var at
            ? text[Math.Max(0, at - 60)..Math.Min(text.Length, at + 60)]
            : "(as bytes)";

    // The bytes of a column are written in hexadecimal.
    private static string Readable(string text) =>
        Bytes().Replace(text, x => Encoding.Latin1.GetString(Convert.FromHexString(x.Groups["hex"].Value)));

    [GeneratedRegex(@"\\\\x(?<hex>(?:[0-9a-f]{2})+)")]
    private static partial Regex Bytes();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")]
    private static partial Regex Instant();

    [GeneratedRegex("sealed:[A-Za-z0-9-]{1,32}:[A-Za-z0-9_-]{38,}")]
    private static partial Regex Sealed();
}
