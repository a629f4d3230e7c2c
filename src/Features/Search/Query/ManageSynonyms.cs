using Aarya.Infrastructure.Http;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

public sealed record SynonymView(string Term, IReadOnlyList<string> Words);

public sealed record SynonymPage(IReadOnlyList<SynonymView> Items);

/// <summary>What shoppers may call a thing that the shop calls something else.</summary>
[Authorize("merchandiser")]
public static class ListSynonymsEndpoint
{
    [WolverineGet("/api/admin/synonyms")]
    public static async Task<SynonymPage> Get(IQuerySession session, CancellationToken cancellation)
    {
        List<SynonymView> all = [];
        await using var command = new NpgsqlCommand("select term, words from search.synonym order by term");
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation)) all.Add(new(reader.GetString(0), reader.GetFieldValue<string[]>(1)));
        return new(all);
    }
}

/// <summary>Says that whoever looks for a term also means these words.</summary>
public sealed record SetSynonyms(IReadOnlyList<string> Words)
{
    public sealed class Validator : AbstractValidator<SetSynonyms>
    {
        public Validator()
        {
            RuleFor(x => x.Words).NotEmpty().Must(x => x.Count <= 20).WithMessage("At most 20 words.");
            RuleForEach(x => x.Words).Must(x => Query.Words.Of(x ?? "") is [_]).WithMessage("Each is one word of letters and digits.");
        }
    }
}

[Authorize("merchandiser")]
public static class SetSynonymsEndpoint
{
    public static ProblemDetails Validate(string term) =>
        Words.Of(term) is [_] ? WolverineContinue.NoProblems : Problem.Invalid("term", "One word of letters and digits.");

    [WolverinePut("/api/admin/synonyms/{term}")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status400BadRequest, "application/problem+json")]
    public static SynonymView Put(string term, SetSynonyms command, IDocumentSession session)
    {
        var view = new SynonymView(Words.Of(term)[0].Joined, [.. command.Words.Select(x => Words.Of(x)[0].Joined).Distinct()]);
        session.QueueSqlCommand(
            "insert into search.synonym (term, words) values (?, ?) on conflict (term) do update set words = excluded.words", view.Term,
            view.Words.ToArray());
        return view;
    }
}

/// <summary>Forgets the words that a term also stands for.</summary>
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
