using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Content.Notifications;

public sealed class NewsPruningSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task what_is_too_old_goes_and_what_is_not_stays()
    {
        var (owner, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        var (mails, notifications) = (now - NewsPruning.MailsKept, now - NewsPruning.NotificationsKept);
        await using (var session = Store().LightweightSession())
        {
            session.Store(
                StrictLetters.MailTo("asha@example.com", owner, mails.AddMinutes(-1)),
                StrictLetters.MailTo("asha@example.com", owner, mails.AddMinutes(5)));
            session.Store(Notification(owner, notifications.AddMinutes(-1)), Notification(owner, notifications.AddMinutes(5)));
            await session.SaveChangesAsync(Cancellation);
        }

        var pruning = new NewsPruning(Store(), TimeProvider.System, NullLogger<NewsPruning>.Instance);
        await pruning.PruneAsync(Cancellation);
        await pruning.PruneAsync(Cancellation);

        await using var read = Store().QuerySession();
        var kept = await read.Query<EmailMessage>().Where(x => x.Owner == owner).ToListAsync(Cancellation);
        Assert.True(Assert.Single(kept).CreatedAt > mails);
        Assert.True(Assert.Single(await read.Query<Notification>().Where(x => x.Subject == owner).ToListAsync(Cancellation)).CreatedAt
            > notifications);
    }

    [Fact]
    public async Task more_than_a_batch_goes_in_one_round()
    {
        var (owner, old) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow - NewsPruning.NotificationsKept - TimeSpan.FromDays(1));
        await Store().BulkInsertAsync([.. Enumerable.Range(0, 4_100).Select(_ => Notification(owner, old))], cancellation: Cancellation);
        await new NewsPruning(Store(), TimeProvider.System, NullLogger<NewsPruning>.Instance).PruneAsync(Cancellation);
        await using var read = Store().QuerySession();
        Assert.False(await read.Query<Notification>().AnyAsync(x => x.Subject == owner, Cancellation));
    }

    private IContentStore Store() => Host.Services.GetRequiredService<IContentStore>();

    private static Notification Notification(Guid subject, DateTimeOffset at) =>
        new() { Id = Guid.CreateVersion7(), Subject = subject, Kind = "order_packed", Title = "Packed", CreatedAt = at };
}
