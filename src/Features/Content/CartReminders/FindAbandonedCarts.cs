using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wolverine;

namespace Aarya.Features.Content.CartReminders;

/// <summary>
/// While the flag <see cref="Flag"/> is on, looks every ten minutes for abandoned carts of customers who have asked for reminders. One
/// process does it at a time; if two do it, no customer is reminded twice.
/// </summary>
public sealed class FindAbandonedCarts(
    IContentStore store, IFlags flags, AbandonedCartLookup carts, IServiceScopeFactory scopes, TimeProvider time,
    ILogger<FindAbandonedCarts> log)
    : Worker(time, log)
{
    public const string Flag = "content.cart_reminders";

    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    private readonly Lease lease = new(store, Roles.Content, "cart_reminders", Pace + TimeSpan.FromMinutes(1));

    protected override TimeSpan FirstRoundAfter => TimeSpan.FromMinutes(1);

    protected override TimeSpan LongestPause => Pace;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (await flags.IsOnAsync(Flag, caller: null, stopping) && await lease.HoldAsync(stopping)) await RunAsync(stopping);
        return Pace;
    }

    /// <summary>Reminds all customers who have asked for it and have abandoned their carts.</summary>
    /// <exception cref="AggregateException">Some could not be reminded; the others were.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        List<Exception> failures = [];
        foreach (var part in (await DueAsync(cancellation)).Chunk(AbandonedCartLookup.Most))
        {
            if (!await flags.IsOnAsync(Flag, caller: null, cancellation)) break;
            // All of them, if one that cannot be read fails the call: each is asked for alone, too.
            IReadOnlyList<Guid> found = part;
            await TryAsync(async () => found = [.. (await carts.OfAsync(part, cancellation)).Select(x => Guid.Parse(x.Subject))]);
            foreach (var subject in found) await TryAsync(() => RemindAsync(subject, cancellation));
        }

        if (failures.Count > 0) throw new AggregateException(failures);

        async Task TryAsync(Func<Task> step)
        {
            try
            {
                await step();
            }
#pragma warning disable CA1031 // One cart that cannot be read must not keep the others from their reminders.
            catch (Exception e) when (!Outage.Is(e) && !cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                failures.Add(e);
            }
        }
    }

    // The customers who have asked for reminders and got none within the pause between two.
    private async Task<IReadOnlyList<Guid>> DueAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await session.AdvancedSql.QueryAsync<Guid>(
            """
            select id from content.mt_doc_recipient as recipient
            where data -> 'consents' @> jsonb_build_array(jsonb_build_object('kind', ?)) and not exists (
                select from content.cart_reminder where subject = recipient.id and reminded_at > ?)
            order by id
            """,
            cancellation, LetterKinds.CartReminder.Name, Time.GetUtcNow() - RemindOfCartHandler.Pause);
    }

    private async Task RemindAsync(Guid subject, CancellationToken cancellation)
    {
        if (await carts.FindReaderAsync(subject, cancellation) is not { } reader) return;
        // Again, because the customers before this one took their time, and this one may have ordered meanwhile.
        if (await carts.OfAsync([subject], cancellation) is not [var cart]) return;
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(
            new RemindOfCart(
                subject, reader.Email, reader.Name,
                [.. cart.Lines.Select(x => new CartNewsLine(x.Name, x.Quantity, Money.From(x.UnitPrice)))]),
            cancellation);
    }
}
