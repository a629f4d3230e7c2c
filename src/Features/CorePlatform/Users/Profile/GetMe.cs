using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Profile;

/// <summary>Who the caller is.</summary>
public static class GetMeEndpoint
{
    public static async Task<(UserView?, ProblemDetails)> LoadAsync(Caller caller, IQuerySession documents, CancellationToken cancellation)
    {
        if (caller.IsGuest) return (UserView.Guest(caller.Subject), WolverineContinue.NoProblems);
        return await documents.LoadAsync<User>(caller.Subject, cancellation) is { } user
            ? (UserView.Of(user), WolverineContinue.NoProblems)
            : (null, Problem.NotFound("user"));
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [WolverineGet("/api/users/me")]
    public static UserView Get(UserView user) => user;
}
