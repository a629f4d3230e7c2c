using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Sets a new password by the link in a mail, which is valid for an hour and works once. Every session ends, and the owner gets a mail. The
/// link also verifies the address and reopens a deactivated account. If the address was not verified before, anyone may have registered it:
/// what they put into the account is deleted, and so is a second factor. With the answer's token the next login does not wait for the
/// attempts of others.
/// </summary>
public sealed record ResetPassword(string Token, string NewPassword)
{
    public override string ToString() => nameof(ResetPassword);

    public sealed class Validator : AbstractValidator<ResetPassword>
    {
        public Validator()
        {
            RuleFor(x => x.Token).NotEmpty().MaximumLength(MailedTokens.Longest);
            RuleFor(x => x.NewPassword).NewPassword();
        }
    }
}

/// <param name="DeviceToken">What to send with the next login.</param>
public sealed record KnownDevice(string DeviceToken)
{
    public override string ToString() => nameof(KnownDevice);
}

[AnswerIsNeverStored]
public static class ResetPasswordEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(ResetPassword command, IDocumentSession documents, Identity identity,
        CancellationToken cancellation)
    {
        if (MailedTokens.OwnerOf(command.Token) is not { } owner || await documents.LoadAloneAsync(owner, cancellation) is not { } user)
            return (null, VerifyEmailEndpoint.LinkOver);
        using var accounts = identity.In(documents, cancellation);
        return await accounts.IsForResetAsync(user, command.Token)
            ? (user, WolverineContinue.NoProblems)
            : (null, VerifyEmailEndpoint.LinkOver);
    }

    public static Task<ProblemDetails> ValidateAsync(
        ResetPassword command, User user, PasswordStrength strength, CancellationToken cancellation) =>
        strength.CheckAsync("newPassword", command.NewPassword, user, cancellation);

    [Refuses(400, "account.token_invalid", "The link is invalid, has expired or was already used: request a new e-mail.")]
    [WolverinePost("/api/auth/password/reset"), RateLimit("password")]
    public static async Task<(KnownDevice, OutgoingMessages)> Post(
        ResetPassword command, User user, IDocumentSession documents, Identity identity, Attempts attempts, DeviceTokens devices,
        HttpContext http, DateTimeOffset now)
    {
        using var accounts = identity.In(documents, http.RequestAborted);
        var isFirstProof = !user.EmailVerified;
        if (isFirstProof) await ForgetStrangerAsync(user, documents, accounts);
        user.EmailVerified = true;
        user.DeactivatedAt = null;
        await accounts.SetPasswordAsync(user, command.NewPassword);
        await attempts.StartAnewAsync(LogInEndpoint.Attempt, user.Email, http);
        await attempts.StartAnewAsync(PassTwoFactorEndpoint.Attempt, $"{user.Id:N}", http);
        http.Response.Headers.CacheControl = "no-store";
        OutgoingMessages messages = [user.EndSessions(), AccountNotices.To(user, AccountNoticeKind.PasswordChanged, now)];
        if (isFirstProof) messages.Add(new EmailVerifiedNotice(user.Id, user.Email, now));
        return (new(devices.Issue(user)), messages);
    }

    private static Task ForgetStrangerAsync(User user, IDocumentSession documents, Accounts accounts)
    {
        (user.Name, user.Phone, user.PendingEmail, user.GuestToMerge) = (user.Email.Split('@')[0], null, null, null);
        documents.Delete<AddressBook>(user.Id);
        documents.DeleteWhere<PersonalExport>(x => x.UserId == user.Id);
        return accounts.StopTwoFactorAsync(user);
    }
}
