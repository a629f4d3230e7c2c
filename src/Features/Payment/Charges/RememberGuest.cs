using Aarya.Features.Payment.Contracts;
using JasperFx.Metadata;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

/// <summary>The customer that a guest became, who now owns the guest's payments.</summary>
public sealed class GuestSuccessor : IVersioned
{
    /// <summary>The guest's subject.</summary>
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid UserId { get; set; }
}

public static class RememberGuestHandler
{
    public static Task<GuestSuccessor?> LoadAsync(GuestSignedInNotice signedIn, IQuerySession session, CancellationToken cancellation) =>
        session.LoadAsync<GuestSuccessor>(signedIn.GuestId, cancellation);

    public static IMartenOp Handle(GuestSignedInNotice signedIn, GuestSuccessor? known)
    {
        var successor = known ?? new GuestSuccessor { Id = signedIn.GuestId };
        successor.UserId = signedIn.UserId;
        return MartenOps.Store(successor);
    }
}
