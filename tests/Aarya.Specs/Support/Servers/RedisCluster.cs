using System.Globalization;
using StackExchange.Redis;

namespace Aarya.Specs.Support.Servers;

/// <summary>
/// A real Redis Cluster of three nodes of one spec's own, each with a third of the slots. The program has the rights of docs/operations.md
/// and no others.
/// </summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16_384;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private RedisCluster(RedisServer[] nodes) => Nodes = nodes;

    public IReadOnlyList<RedisServer> Nodes { get; }

    /// <summary>What REDIS_URL is set to: two of the nodes, from which the program learns of the third.</summary>
    public string Url => string.Join(',', Nodes.Take(2).Select(x => $"127.0.0.1:{x.Port}")) + RedisServer.ClientOptions;

    /// <summary>For an operator, with every right.</summary>
    public string AdminUrl => string.Create(
        CultureInfo.InvariantCulture, $"127.0.0.1:{Nodes[0].Port},user={RedisServer.AdminLogin[0]},password={RedisServer.AdminLogin[1]}");

    public static async Task<RedisCluster> StartAsync()
    {
        // By default, the nodes talk to each other on a port that may be in use.
        int[] ports = [.. Enumerable.Range(0, 3).Select(_ => Ports.Free())];
        var cluster = new RedisCluster(await Task.WhenAll(ports.Select(x =>
            RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-port", x.ToString(CultureInfo.InvariantCulture)))));
        try
        {
            await cluster.JoinAsync(ports[0]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private async Task JoinAsync(int port)
    {
        for (var i = 0; i < Nodes.Count; i++)
        {
            // Each node has its own number of configurations; two with the same number would have to agree first.
            await Nodes[i].TellAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
            await Nodes[i].TellAsync("CLUSTER", "ADDSLOTSRANGE", Slots * i / Nodes.Count, (Slots * (i + 1) / Nodes.Count) - 1);
            if (i > 0) await Nodes[i].TellAsync("CLUSTER", "MEET", "127.0.0.1", Nodes[0].Port, port);
        }

        await Eventually.HoldsAsync("every node knows the whole cluster",
            async () => (await Task.WhenAll(Nodes.Select(IsWholeAsync))).All(x => x), patience: Patience);
    }

    /// <summary>
    /// Moves a slot with its keys to another node while clients use them, as an operator does who adds a node: a client that asks the
    /// wrong node is sent to the right one (ASK, MOVED).
    /// </summary>
    public async Task MoveSlotAsync(int slot, RedisServer from, RedisServer to)
    {
        var (source, target) = ((string)(await from.TellAsync("CLUSTER", "MYID"))!, (string)(await to.TellAsync("CLUSTER", "MYID"))!);
        await to.TellAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
        await from.TellAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
        while ((string[])(await from.TellAsync("CLUSTER", "GETKEYSINSLOT", slot, 20))! is { Length: > 0 } keys)
        {
            object[] move = ["127.0.0.1", to.Port, "", 0, 5_000, "AUTH2", .. RedisServer.AdminLogin, "KEYS", .. keys];
            await from.TellAsync("MIGRATE", move);
        }

        foreach (var node in Nodes.OrderByDescending(x => x == to)) await node.TellAsync("CLUSTER", "SETSLOT", slot, "NODE", target);
    }

    /// <summary>The keys that each node has.</summary>
    public async Task<IReadOnlyList<string>[]> KeysAsync() => await Task.WhenAll(Nodes.Select(async x =>
        (IReadOnlyList<string>)(string[])(await x.TellAsync("KEYS", "*"))!));

    private static async Task<bool> IsWholeAsync(RedisServer node)
    {
        var info = (await node.TellAsync("CLUSTER", "INFO")).ToString();
        return info.Contains("cluster_state:ok", StringComparison.Ordinal)
            && info.Contains(string.Create(CultureInfo.InvariantCulture, $"cluster_slots_ok:{Slots}"), StringComparison.Ordinal)
            && info.Contains("cluster_known_nodes:3", StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
    }
}
