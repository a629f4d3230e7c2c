using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Grpc.Core;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>An opened session: the answer and the messages to send.</summary>
/// <param name="Answer">A <see cref="SignedIn"/>, sent after the commit, once the guest's cart has moved or the wait for it is
/// over.</param>
public sealed record OpenedSession(IResult Answer, OutgoingMessages Messages);

/// <summary>Opens a session for an authenticated user and moves the guest's cart to them.</summary>
public sealed partial class SignIns(
    SessionStore sessions, AccessTokens tokens, DeviceTokens devices, PresentedTokens presented,
    Protos.Commerce.Commerce.CommerceClient commerce, ILogger<SignIns> log)
{
    // A login waits this long for the cart; if commerce is slower, the event moves it.
    private static readonly TimeSpan PatienceForTheCart = TimeSpan.FromSeconds(2);

    /// <param name="user">As loaded when they were authenticated.</param>
    public async Task<(OpenedSession?, ProblemDetails)> OpenAsync(User user, IDocumentSession documents,
        HttpContext http, DateTimeOffset now)
    {
        var guest = await presented.FindGuestAsync(http);
        var (session, refresh) =
            await sessions.StartAsync(user.Id, guest: false, StaffRoles.Any(user.Roles), Device.Of(http), user.SessionEpoch);
        // If all sessions were ended meanwhile, this one was missed; the changed security stamp shows it.
        if (await documents.LoadAsync<User>(user.Id, http.RequestAborted) is not { DeactivatedAt: null } today
            || today.SecurityStamp != user.SecurityStamp)
        {
            await sessions.EndAsync(session.Id);
            return (null, Refused);
        }

        Guid[] guests = [.. new[] { guest?.UserId, user.GuestToMerge }.OfType<Guid>().Distinct()];
        OutgoingMessages messages = [.. guests.Select(x => new GuestSignedInNotice(x, user.Id, now))];
        foreach (var guestId in guests) documents.RememberGuest(guestId, user.Id);
        // After the commit: until then the guest's token is the only way to the cart.
        if (guest is not null) messages.Add(new EndSession(guest.Id));
        var answer = SignedIn.As(UserView.Of(user), session, refresh, tokens, http) with { DeviceToken = devices.Issue(user) };
        return (new(new WithCart(this, guests, answer), messages), WolverineContinue.NoProblems);
    }

    internal static ProblemDetails Refused => Problem.Unauthorized("auth.credentials_wrong", "The address or the password is wrong.");

    private async Task MergeAsync(Guid guestId, Guid userId, CancellationToken cancellation)
    {
        try
        {
            await commerce.MergeCartAsync(
                new() { FromSubject = $"{guestId:D}", ToSubject = $"{userId:D}" }, deadline: RequestDeadline.After(PatienceForTheCart),
                cancellationToken: cancellation);
        }
        catch (RpcException e)
        {
            LogCartFollows(guestId, userId, e.StatusCode);
        }
    }

    // Moves the cart after the commit: waiting for commerce must not keep a transaction open.
    private sealed class WithCart(SignIns signIns, Guid[] guests, SignedIn answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await Task.WhenAll(guests.Select(x => signIns.MergeAsync(x, answer.User.Id, httpContext.RequestAborted)));
            await Results.Json(answer, AaryaJson.Options).ExecuteAsync(httpContext);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The event will move the cart of guest {GuestId} to user {UserId}: commerce answered {Status}.")]
    private partial void LogCartFollows(Guid guestId, Guid userId, StatusCode status);
}
