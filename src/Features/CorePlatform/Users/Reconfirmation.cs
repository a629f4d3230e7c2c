using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Asks a user who is signed in for their password again: a stolen token must not be enough to take over an account.</summary>
public sealed class Reconfirmation(PasswordHasher passwords, Attempts attempts)
{
    private const string Attempt = "reconfirm";

    /// <summary>The caller's account, or the refusal.</summary>
    /// <param name="field">The name of the password in the request.</param>
    public async Task<(User?, ProblemDetails)> OfAsync(Caller caller, string password, IQuerySession documents, HttpContext http,
        string field = "password")
    {
        var account = $"{caller.Subject:N}";
        if (await documents.LoadAsync<User>(caller.Subject, http.RequestAborted) is not { } user) return (null, Problem.NotFound("user"));
        if (await attempts.BeginAsync(Attempt, account, http) is { Status: not null } tooMany) return (null, tooMany);
        if (!(await passwords.CheckAsync(password, user.PasswordHash, http.RequestAborted)).Matches)
            return (null, Wrong(field));
        await attempts.SucceedAsync(Attempt, account, http);
        return (user, WolverineContinue.NoProblems);
    }

    internal static ProblemDetails Wrong(string field) => Problem.Invalid(field, "is not your password.", "account.password_wrong");
}
