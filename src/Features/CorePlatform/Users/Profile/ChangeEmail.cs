using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Profile;

/// <summary>
/// Requests to move the account to another address: a link is mailed there, and a notice to the old address. The account moves when the
/// link is opened. The answer does not reveal whether the new address has an account.
/// </summary>
public sealed record ChangeEmail(string NewEmail, string Password)
{
    public override string ToString() => nameof(ChangeEmail);

    public sealed class Validator : AbstractValidator<ChangeEmail>
    {
        public Validator()
        {
            RuleFor(x => x.NewEmail).NewEmailAddressOfAPerson();
            RuleFor(x => x.Password).OwnPassword();
        }
    }
}

[AnswerIsNeverStored]
public static class ChangeEmailEndpoint
{
    public static Task<(User?, ProblemDetails)> LoadAsync(ChangeEmail command, Caller caller, IQuerySession documents,
        Reconfirmation reconfirmation, HttpContext http) =>
        reconfirmation.OfAsync(caller, command.Password, documents, http);

    public static async Task<ProblemDetails> ValidateAsync(ChangeEmail command, User user, HttpContext http, Attempts attempts) =>
        EmailAddress.Normalize(command.NewEmail) == user.Email
            ? Problem.Invalid("newEmail", "must not be the current address of the account.")
            : await attempts.BeginAsync("change_email", $"{user.Id:N}", http);

    [ProducesResponseType(StatusCodes.Status202Accepted)]
    [AsksForPassword]
    [CountsAttempts]
    [WolverinePost("/api/users/me/email"), RateLimit("password"), Authorize("customer")]
    public static async Task<(IResult, OutgoingMessages)> Post(
        ChangeEmail command, User user, IDocumentSession documents, Identity identity, MailedLinks links, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var email = EmailAddress.Normalize(command.NewEmail)!;
        using var accounts = identity.In(documents, cancellation);
        user.PendingEmail = email;
        await accounts.UpdateAsync(user);
        var asked = AccountNotices.To(user, AccountNoticeKind.EmailChangeAsked, now);
        if (await documents.FindByEmailAsync(email, cancellation) is { } owner)
            return (Results.Accepted(), [asked, new RegistrationRepeated(owner.Id)]);
        var link = links.ToVerify(await accounts.GenerateChangeEmailTokenAsync(user, email));
        return (Results.Accepted(), [asked, AccountNotices.To(user, AccountNoticeKind.ConfirmNewEmail, now, link, email)]);
    }
}
