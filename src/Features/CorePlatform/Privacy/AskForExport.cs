using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Collects all data that the shop stores about the caller; a link to it is mailed when it is complete. As long as an export has not
/// expired, another request returns the same one; but if a part is still missing after an hour, it starts a new one.
/// </summary>
public static class AskForExportEndpoint
{
    public static async Task<(User?, PersonalExport?, ProblemDetails)> LoadAsync(Caller caller, IDocumentSession documents,
        CancellationToken cancellation)
    {
        // No export begins for an account that is being erased, and two requests at once get the same export.
        var user = await documents.LoadAloneAsync(caller.Subject, cancellation);
        if (user is null) return (null, null, Problem.NotFound("user"));
        return (user, await documents.Query<PersonalExport>().FirstOrDefaultAsync(x => x.UserId == caller.Subject, cancellation),
            WolverineContinue.NoProblems);
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [WolverineGet("/api/users/me/export")]
    public static async Task<(Accepted<ExportView>, OutgoingMessages)> Get(
        User user, PersonalExport? known, IDocumentSession documents, DateTimeOffset now, CancellationToken cancellation)
    {
        if (known?.IsGoodAt(now) == true) return (Answer(known), []);
        if (known is not null) documents.Delete<PersonalExport>(known.Id);
        var export = new PersonalExport { Id = Guid.CreateVersion7(now), UserId = user.Id, AskedAt = now };
        documents.Insert(export);
        return (Answer(export),
        [
            new PersonalDataAskedNotice(user.Id, export.Id, await documents.GuestsOfAsync(user.Id, cancellation), null),
            new ForgetExport(export.Id).ScheduledAt(now + PersonalExport.Lifetime),
        ]);
    }

    private static Accepted<ExportView> Answer(PersonalExport export) =>
        TypedResults.Accepted($"/api/users/me/export/{export.Id}", ExportView.Of(export));
}
