using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Grpc.Core;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>A session that was opened, and what follows from it.</summary>
/// <param name="Answer">A <see cref="SignedIn"/>, sent after the commit and once the guest's cart has followed or was waited for long
/// enough.</param>
public sealed record Opened(IResult Answer, OutgoingMessages Messages);

/// <summary>Opens the session of somebody who has proved who they are, and makes a guest's cart theirs.</summary>
public sealed partial class SignIns(
    SessionStore sessions, AccessTokens tokens, DeviceTokens devices, PresentedTokens presented,
    Protos.Commerce.Commerce.CommerceClient commerce, ILogger<SignIns> log)
{
    // A login waits this long for the cart; the event moves it if commerce is slower than that.
    private static readonly TimeSpan PatienceForTheCart = TimeSpan.FromSeconds(2);

    /// <param name="user">As they were when they proved it.</param>
    public async Task<(Opened?, ProblemDetails)> OpenAsync(User user, IDocumentSession documents, HttpContext http, DateTimeOffset now)
    {
        var guest = await presented.FindGuestAsync(http);
        var (session, refresh) =
            await sessions.StartAsync(user.Id, guest: false, StaffRoles.Any(user.Roles), Device.Of(http), user.SessionEpoch);
        // Whoever ended all sessions meanwhile did not see this one: what they changed first tells.
        if (await documents.LoadAsync<User>(user.Id, http.RequestAborted) is not { DeactivatedAt: null } today
            || today.SecurityStamp != user.SecurityStamp)
        {
            await sessions.EndAsync(session.Id);
            return (null, Refused);
        }

        Guid[] guests = [.. new[] { guest?.UserId, user.GuestToMerge }.OfType<Guid>().Distinct()];
        OutgoingMessages messages = [.. guests.Select(x => new GuestSignedIn(x, user.Id, now))];
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
                new() { FromSubject = $"{guestId:D}", ToSubject = $"{userId:D}" }, deadline: DateTime.UtcNow + PatienceForTheCart,
                cancellationToken: cancellation);
        }
        catch (RpcException e)
        {
            LogCartFollows(guestId, userId, e.StatusCode);
        }
    }

    // Not before: whoever waits for commerce must not keep a transaction open.
    private sealed class WithCart(SignIns signIns, Guid[] guests, SignedIn answer) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await Task.WhenAll(guests.Select(x => signIns.MergeAsync(x, answer.User.Id, httpContext.RequestAborted)));
            await Results.Json(answer, AaryaJson.Options).ExecuteAsync(httpContext);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The cart of guest {GuestId} follows user {UserId} by event: commerce answered {Status}.")]
    private partial void LogCartFollows(Guid guestId, Guid userId, StatusCode status);
}
