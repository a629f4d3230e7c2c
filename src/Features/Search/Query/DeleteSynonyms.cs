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
    public static IResult Delete(string term, IDocumentSession session)
    {
        if (Words.Of(term) is [var word]) session.QueueSqlCommand("delete from search.synonym where term = ?", word.Joined);
        return Results.NoContent();
    }
}
