using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Hosting;

/// <summary>The arguments of <c>move-keys</c>.</summary>
public sealed class MoveKeysInput : NetCoreInput
{
    [Description("The Redis with the keys, as REDIS_URL; the Redis of REDIS_URL itself if it is left out")]
    public string FromFlag { get; set; } = "";
}

[Description("Copy the keys of a stopped shop into the buckets of AARYA_REDIS_BUCKETS, or from another Redis", Name = "move-keys")]
public sealed class MoveKeysCommand : JasperFxAsyncCommand<MoveKeysInput>
{
    // It does not say aarya-state: the command looks for connections of the shop.
    private const string Name = "aarya-move";

    public override async Task<bool> Execute(MoveKeysInput input)
    {
        using var host = input.BuildHost();
        var connections = host.Services.GetRequiredService<RedisConnections>();
        await using var to = await ConnectAsync(connections.StateUrl, "REDIS_URL");
        await using var from = input.FromFlag.Length == 0 || input.FromFlag == connections.StateUrl
            ? null
            : await ConnectAsync(input.FromFlag, "--from");
        var divided = host.Services.GetRequiredService<StreamPolicies>().All.Where(x => x.IsCounted).Select(x => x.Name).ToHashSet();
        var copied = await new KeyMove(from ?? to, to, connections.Keys, divided).RunAsync();
        Console.WriteLine($"{copied} keys were copied; they are in {connections.Keys.BucketCount} buckets.");
        return true;
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(string? url, string setting)
    {
        var options = RedisConnections.OptionsFor(url, Name, setting: setting);
        options.AbortOnConnectFail = true;
        // For CLIENT LIST.
        options.AllowAdmin = true;
        // A stream at its cap has 80 MB.
        options.AsyncTimeout = (int)TimeSpan.FromMinutes(10).TotalMilliseconds;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
