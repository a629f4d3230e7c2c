using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Mails;

/// <summary>Sends mail to an address again. What was not sent meanwhile stays unsent.</summary>
[Authorize("support")]
public static class LiftSuppressionEndpoint
{
    [Transactional]
    [WolverineDelete("/api/admin/mail/suppressions/{id:guid}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<(IResult, StaffActedNotice?)> Delete(
        Guid id, Caller caller, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await session.LoadAsync<Suppression>(id, cancellation) is not { } suppression)
            return (Results.Problem(Problem.NotFound("suppression")), null);
        session.Delete(suppression);
        return (
            Results.NoContent(),
            StaffActedNotice.Of(
                caller, StaffActions.SuppressionLifted, "suppression", $"{id:D}", now, ("reason", suppression.Reason)));
    }
}
