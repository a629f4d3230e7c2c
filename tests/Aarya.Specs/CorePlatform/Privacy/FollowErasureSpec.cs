using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Privacy;

[StoryOf(typeof(BeginRoundHandler), typeof(ClearStreamsHandler))]
public sealed class FollowErasureSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private static readonly Guid[] First = [Guid.CreateVersion7()];
    private static readonly Guid[] More = [.. First, Guid.CreateVersion7()];

    [Fact]
    public async Task it_goes_round_until_no_order_turns_up_that_was_not_known_and_takes_what_was_written_meanwhile()
    {
        var asha = await SignedInAsync();
        var (messages, _) = await Track(x =>
        {
            x.WithBearerToken(asha.AccessToken);
            x.Delete.Json(new EraseMe(Password)).ToUrl("/api/users/me");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        var told = messages.Sent.SingleMessage<UserErasedNotice>();

        var next = await AnsweredAsync(told, First, told with { Orders = First });
        Assert.NotNull(next);
        // Stored by a request that was admitted before.
        await using (var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession())
        {
            documents.Store(new AddressBook { Id = asha.User.Id });
            await documents.SaveChangesAsync(Cancellation);
        }

        next = await AnsweredAsync(await BegunAsync(next), More, told with { Orders = More });
        Assert.NotNull(next);
        Assert.Null(await AnsweredAsync(await BegunAsync(next), More, told with { Orders = More }));

        await using var query = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        Assert.Null(await query.LoadAsync<AddressBook>(asha.User.Id, Cancellation));
        var erasure = (await query.LoadAsync<Erasure>(told.ErasureId, Cancellation))!;
        Assert.Equal((3, null), (erasure.Round, erasure.UserId));
        Assert.NotNull(erasure.DoneAt);
        Assert.Empty(erasure.Orders);
    }

    [Fact]
    public async Task nobody_is_told_before_the_sessions_have_ended_however_long_that_cannot_be_done()
    {
        var asha = await SignedInAsync();
        var redis = AllOfRedis;
        var (ids, aside) = (RedisKeys.OfOneBucket.SessionsOf($"{asha.User.Id:D}"), (RedisKey)$"specs:{asha.User.Id:D}");
        await redis.KeyRenameAsync(ids, aside);
        await redis.StringSetAsync(ids, "not the sessions");

        await Host.Scenario(x =>
        {
            x.WithBearerToken(asha.AccessToken);
            x.Delete.Json(new EraseMe(Password)).ToUrl("/api/users/me");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        await Eventually.HoldsAsync("the first step to fail twice", async () => await TriesAsync() >= 2);
        Assert.Equal(0, (await ErasureOfAsync(asha)).Round);

        await redis.KeyDeleteAsync(ids);
        await redis.KeyRenameAsync(aside, ids);
        await Eventually.HoldsAsync("the sessions to end", async () => (await ErasureOfAsync(asha)).Round == 1);
        await SessionIsOverAsync(asha);
    }

    /// <summary>Every context answers, and the streams hold nothing.</summary>
    /// <returns>The message that begins the next round; null when there is none.</returns>
    private async Task<BeginRound?> AnsweredAsync(UserErasedNotice told, Guid[] orders, UserErasedNotice toldThen)
    {
        var asked = await Host.InvokeMessageAndWaitAsync(new CommerceDataErasedNotice(told.UserId, told.ErasureId, orders));
        var then = asked.Sent.SingleMessage<UserErasedNotice>();
        Assert.Equal((toldThen.UserId, toldThen.ErasureId), (then.UserId, then.ErasureId));
        Assert.Equal(toldThen.Orders, then.Orders);
        await Host.InvokeMessageAndWaitAsync(new PaymentDataErasedNotice(told.UserId, told.ErasureId));
        await Host.InvokeMessageAndWaitAsync(new ContentDataErasedNotice(told.UserId, told.ErasureId));
        var last = await Host.InvokeMessageAndWaitAsync(new SearchDataErasedNotice(told.UserId, told.ErasureId));
        return last.Scheduled.MessagesOf<BeginRound>().SingleOrDefault();
    }

    private async Task<UserErasedNotice> BegunAsync(BeginRound next) =>
        (await Host.InvokeMessageAndWaitAsync(next)).Sent.SingleMessage<UserErasedNotice>();

    private async Task<Erasure> ErasureOfAsync(SignedIn who)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        return await documents.Query<Erasure>().SingleAsync(x => x.UserId == who.User.Id, Cancellation);
    }

    private async Task<int> TriesAsync()
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        await using var tries =
            new Npgsql.NpgsqlCommand(
                "select coalesce(max(attempts), 0) from core.wolverine_incoming_envelopes where status <> 'Handled' and message_type like "
                + "'%BeginRound%'");
        await using var reader = await documents.ExecuteReaderAsync(tries, Cancellation);
        await reader.ReadAsync(Cancellation);
        return reader.GetInt32(0);
    }
}
