using Aarya.Features.Search.Contracts;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Gives what a guest has looked at to the account that the guest signed in to.</summary>
public static class HandOverViewsHandler
{
    public static Task Handle(GuestSignedInNotice signedIn, Views views) =>
        signedIn.GuestId == signedIn.UserId ? Task.CompletedTask : views.HandOverAsync(signedIn.GuestId, signedIn.UserId);
}
