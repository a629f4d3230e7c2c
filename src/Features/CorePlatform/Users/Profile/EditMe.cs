using Aarya.Features.Addresses;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.Profile;

/// <summary>Changes the given fields of the caller's profile; an empty telephone number removes it.</summary>
/// <param name="Language">The language of mails and notifications: en or hi.</param>
public sealed record EditMe(string? Name = null, string? Phone = null, string? Language = null)
{
    public sealed class Validator : AbstractValidator<EditMe>
    {
        public Validator()
        {
            When(x => x.Name is not null, () => RuleFor(x => x.Name!).NameOfAPerson());
            When(x => x.Phone is not null, () => RuleFor(x => x.Phone!).PhoneOfAPerson());
            RuleFor(x => x.Language).OneOfTheShopsLanguages();
        }
    }
}

public static class EditMeEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(Caller caller, IQuerySession documents, CancellationToken cancellation) =>
        await documents.LoadAsync<User>(caller.Subject, cancellation) is { } user
            ? (user, WolverineContinue.NoProblems)
            : (null, Problem.NotFound("user"));

    [WolverinePatch("/api/users/me"), Authorize("customer")]
    public static (UserView, IMartenOp, LanguageChosenNotice?) Patch(EditMe command, User user, DateTimeOffset now)
    {
        // Even if the account has it already: choosing it again repairs what another context has missed.
        var chosen = command.Language is { } language ? new LanguageChosenNotice(user.Id, language, now) : null;
        user.Language = chosen?.Language ?? user.Language;
        user.Name = command.Name is { } name ? PersonText.Compose(name) : user.Name;
        user.Phone = command.Phone is null ? user.Phone : command.Phone.Length == 0 ? null : PhoneNumber.Spelt(command.Phone);
        return (UserView.Of(user), MartenOps.Update(user), chosen);
    }
}
