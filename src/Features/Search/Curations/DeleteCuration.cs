using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Curations;

/// <summary>Deletes the curation of a query.</summary>
[Authorize("merchandiser")]
public static class DeleteCurationEndpoint
{
    [WolverineDelete("/api/admin/curations/{query}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static (IResult, StaffActedNotice?) Delete(string query, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        query = CurationView.QueryOf(query);
        var key = CurationView.KeyOf(query);
        if (key.Length == 0 || query.Length > SearchQuery.LongestText) return (Results.NoContent(), null);
        session.QueueSqlCommand("delete from search.curation where key = ?", key);
        return (Results.NoContent(), StaffActedNotice.Of(caller, StaffActions.CurationDeleted, "curation", query, now));
    }
}
