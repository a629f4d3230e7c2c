using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Grpc.Core;
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
    IContentStore store, IFlags flags, AbandonedCartLookup carts, Protos.Core.Core.CoreClient core, IServiceScopeFactory scopes,
    TimeProvider time, ILogger<FindAbandonedCarts> log)
    : Worker(time, log)
{
    public const string Flag = "content.cart_reminders";

    private static readonly TimeSpan Pace = TimeSpan.FromMinutes(10);

    private readonly Lease lease = new(store, Roles.Content, "cart_reminders", Pace + TimeSpan.FromMinutes(1));

    protected override TimeSpan FirstRoundAfter => TimeSpan.FromMinutes(1);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (await flags.IsOnAsync(Flag, caller: null, stopping) && await lease.HoldAsync(stopping)) await RunAsync(stopping);
        return Pace;
    }

    /// <summary>Reminds all customers who have asked for it and have abandoned their carts.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        foreach (var part in (await DueAsync(cancellation)).Chunk(AbandonedCartLookup.Most))
        {
            foreach (var cart in await carts.OfAsync(part, cancellation)) await RemindAsync(cart, cancellation);
        }
    }

    // Those who have asked for reminders and have not had one for a while.
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

    private async Task RemindAsync(Protos.Commerce.Cart cart, CancellationToken cancellation)
    {
        if (await FindUserAsync(cart.Subject, cancellation) is not { EmailVerified: true } user) return;
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(
            new RemindOfCart(
                Guid.Parse(cart.Subject), user.Email, user.Name,
                [.. cart.Lines.Select(x => new CartNewsLine(x.Name, x.Quantity, Money.From(x.UnitPrice)))]),
            cancellation);
    }

    // Null for an account that was closed meanwhile.
    private async Task<Protos.Core.User?> FindUserAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await core.GetUserAsync(new() { Id = id }, cancellationToken: cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
