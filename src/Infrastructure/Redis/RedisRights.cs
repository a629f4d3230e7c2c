using System.Globalization;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>The rights that the program's login to Redis needs, as <c>redis.acl</c> beside this file lists them.</summary>
public static class RedisRights
{
    // Redis itself checks each command against its rules, and runs none of them. An older Redis does not have every command, and then
    // nothing needs the right.
    private const string Check =
        """
        local refused = {}
        if not redis.acl_check_cmd then return refused end
        for i, line in ipairs(ARGV) do
          local words = {}
          for word in string.gmatch(line, '%S+') do words[#words + 1] = word end
          local known, allowed = pcall(redis.acl_check_cmd, unpack(words))
          if known and not allowed then refused[#refused + 1] = i end
        end
        return refused
        """;

    private const string Key = "{key}";
    private const string Channel = "{channel}";

    // The examples that the commands are checked with: complete ones, because Redis 7.0 crashes when it searches an incomplete command for
    // its keys.
    private static readonly Dictionary<string, string> Examples = new[]
    {
        "ping", "echo x", "info", "command info get", "client id", "client setname x", "select 0", "cluster nodes", "cluster slots",
        "asking", "time", "scan 0", "multi", "exec", "discard",
        "get {key}", "set {key} x", "setex {key} 1 x", "psetex {key} 1 x",
        "del {key}", "unlink {key}", "exists {key}", "expire {key} 1", "pexpire {key} 1", "pttl {key}", "type {key}",
        "incrbyfloat {key} 1", "hget {key} f", "hmget {key} f", "hgetall {key}", "hset {key} f x", "hmset {key} f x", "hdel {key} f",
        "hincrby {key} f 1", "hlen {key}", "hvals {key}",
        "sadd {key} m", "srem {key} m", "smembers {key}", "eval return 1 {key}", "evalsha x 1 {key}", "script load return",
        "memory usage {key}", "xadd {key} * f x", "xlen {key}", "xrange {key} - +", "xtrim {key} MINID 1", "xdel {key} 1-1",
        "xack {key} g 1-1",
        "xclaim {key} g c 0 1-1", "xautoclaim {key} g c 0 0", "xpending {key} g",
        "xreadgroup GROUP g c STREAMS {key} >", "xgroup create {key} g 0", "xgroup setid {key} g 0",
        "xgroup delconsumer {key} g c", "xinfo groups {key}", "xinfo consumers {key} g",
        "publish {channel} x", "subscribe {channel}", "unsubscribe {channel}",
    }.ToDictionary(RuleOf);

    /// <summary>The rules, in the syntax of <c>ACL SETUSER</c>.</summary>
    public static IReadOnlyList<string> Rules { get; } =
    [
        .. EmbeddedText.Of("redis.acl", typeof(RedisRights)).Split('\n').Where(x => !x.StartsWith('#'))
            .SelectMany(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
    ];

    /// <summary>The rules that the login of this connection lacks.</summary>
    /// <exception cref="RedisServerException">The login may not even run a script.</exception>
    internal static async Task<IReadOnlyList<string>> MissingAsync(IServer redis)
    {
        var keys = await RefusedAsync(redis, '~', "get {0}", "exists {0}");
        var channels = await RefusedAsync(redis, '&', "subscribe {0}", "publish {0} x");
        var (key, channel) = (ExampleOf('~', keys), ExampleOf('&', channels));
        var commands = await RefusedAsync(redis, [.. Rules.Where(x => x[0] == '+')],
            x => Examples[x].Replace(Key, key, StringComparison.Ordinal).Replace(Channel, channel, StringComparison.Ordinal));
        return [.. commands, .. keys, .. channels];
    }

    // A key and a channel can only be checked with a command: with the second command if the login has the first for no pattern.
    private static async Task<IReadOnlyList<string>> RefusedAsync(IServer redis, char kind, params string[] commands)
    {
        var patterns = Rules.Where(x => x[0] == kind).ToList();
        IReadOnlyList<string> refused = patterns;
        foreach (var command in commands)
        {
            if (refused.Count < patterns.Count) break;
            refused = await RefusedAsync(redis, patterns, x => string.Format(CultureInfo.InvariantCulture, command, ExampleOf(x)));
        }

        return refused;
    }

    private static async Task<IReadOnlyList<string>> RefusedAsync(IServer redis, List<string> rules, Func<string, string> commandOf)
    {
        var refused = await redis.ExecuteAsync("EVAL", [Check, 0, .. rules.Select(commandOf)]);
        return [.. ((int[])refused!).Select(x => rules[x - 1])];
    }

    private static string RuleOf(string example) => example.Split(' ') switch
    {
        [("command" or "client" or "cluster" or "script" or "memory" or "xgroup" or "xinfo") and var container, var command, ..] =>
            $"+{container}|{command}",
        var words => $"+{words[0]}",
    };

    private static string ExampleOf(char kind, IReadOnlyList<string> refused) =>
        ExampleOf(Rules.FirstOrDefault(x => x[0] == kind && !refused.Contains(x)) ?? Rules.First(x => x[0] == kind));

    private static string ExampleOf(string pattern) => pattern[1..].Replace("*", "example", StringComparison.Ordinal);
}
