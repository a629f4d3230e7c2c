using Aarya.Features;
using Aarya.Features.Content.Compaction;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Content.Compaction;

public sealed class ListStreamsSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task an_administrator_sees_every_stream_and_nobody_else_does()
    {
        var admin = await Host.TokenFor("admin");
        var list = (await Host.Scenario(x =>
        {
            x.Get.Url("/api/admin/streams");
            x.WithBearerToken(admin);
        })).ReadAsJson<StreamList>()!;

        Assert.Equal(Streams.All.Select(x => (x.Name, x.Cap, x.Hours)), list.Items.Select(x => (x.Name, x.Cap, x.Hours)));
        var support = await Host.TokenFor("support");
        await Host.Scenario(x =>
        {
            x.Get.Url("/api/admin/streams");
            x.WithBearerToken(support);
            x.StatusCodeShouldBe(403);
        });
    }
}

/// <summary>What the status of a stream says.</summary>
public sealed class StreamStatusSpec : IAsyncLifetime
{
    private readonly CompactionRig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task it_has_length_memory_age_and_how_far_each_group_has_come()
    {
        var policy = CompactionRig.PolicyOf(Streams.Users);
        Assert.Equal((0, 0, null), await rig.History.StatusAsync(policy) is var none ? (none.Length, none.Bytes, none.OldestAt) : default);
        var first = DateTimeOffset.UtcNow.AddHours(-2);
        for (var i = 0; i < 30; i++) await rig.AddAsync(Streams.Users, "x", first.AddMinutes(i), new { i });
        var (redis, stream) = (rig.Redis.Database, RedisKeys.OfOneBucket.Stream(Streams.Users));
        foreach (var (group, read, acknowledged) in new[] { ("all", 30, 30), ("none", 0, 0), ("some", 12, 5) })
        {
            await redis.StreamCreateConsumerGroupAsync(stream, group, "0-0");
            if (read == 0) continue;
            var entries = await redis.StreamReadGroupAsync(stream, group, "a", ">", read);
            await redis.StreamAcknowledgeAsync(stream, group, [.. entries.Take(acknowledged).Select(x => x.Id)]);
        }

        var status = await rig.History.StatusAsync(policy);

        Assert.Equal(30, status.Length);
        Assert.InRange(status.Bytes, 1_000, 100_000);
        Assert.Equal(first.ToUnixTimeMilliseconds(), status.OldestAt!.Value.ToUnixTimeMilliseconds());
        Assert.Equal(
            [("all", 0, 0, null), ("none", 0, 30, 0), ("some", 7, 18, 5)],
            status.Groups.Select(x => (x.Name, (int)x.Pending, x.Unread, (int?)(x.OldestAt - status.OldestAt)?.TotalMinutes)));
    }

    [Fact]
    public async Task the_command_prints_it()
    {
        await rig.AddAsync(Streams.Users, "x", DateTimeOffset.UtcNow.AddDays(-1), new { });
        await rig.Redis.Database.StreamCreateConsumerGroupAsync(RedisKeys.OfOneBucket.Stream(Streams.Users), "core", "0-0");

        var status = await ChildProgram.AaryaAsync(["streams", "status"], rig.Settings);
        var other = await ChildProgram.AaryaAsync(["streams", "flush"], rig.Settings);

        Assert.True(status.ExitCode == 0, $"{status.Output} {status.Error}");
        Assert.Matches(@"(?m)^user_events: 1 of 100000 entries, \d+ KB, oldest 1\.00:00:\d\d ago$", status.Output);
        Assert.Matches(@"(?m)^  core       0 pending, 1 not read, oldest 1\.00:00:\d\d ago$", status.Output);
        Assert.Equal((1, "aarya: streams cannot do 'flush': write streams status or streams replay.\n"), (other.ExitCode, other.Error));
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
