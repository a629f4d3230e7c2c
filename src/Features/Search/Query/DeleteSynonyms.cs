using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

/// <summary>Deletes the synonyms of a term.</summary>
[Authorize("merchandiser")]
public static class DeleteSynonymsEndpoint
{
    [WolverineDelete("/api/admin/synonyms/{term}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static (IResult, StaffActedNotice?) Delete(string term, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        if (Words.Of(term) is not [var word]) return (Results.NoContent(), null);
        session.QueueSqlCommand("delete from search.synonym where term = ?", word.Joined);
        return (Results.NoContent(), StaffActedNotice.Of(caller, StaffActions.SynonymsDeleted, "synonyms", word.Joined, now));
    }
}
