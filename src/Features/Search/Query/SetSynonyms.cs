using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Search.Query;

/// <summary>Sets the words that a search for a term also finds.</summary>
public sealed record SetSynonyms(IReadOnlyList<string> Words)
{
    public sealed class Validator : AbstractValidator<SetSynonyms>
    {
        public Validator()
        {
            RuleFor(x => x.Words).NotEmpty().Must(x => x.Count <= 20).WithMessage("must have at most 20 words.");
            RuleForEach(x => x.Words).Must(x => Engine.Words.Of(x ?? "") is [_]).WithMessage("must be one word of letters and digits.");
        }
    }
}

[Authorize("merchandiser")]
public static class SetSynonymsEndpoint
{
    public static ProblemDetails Validate(string term) =>
        Words.Of(term) is [_] ? WolverineContinue.NoProblems : Problem.Invalid("term", "must be one word of letters and digits.");

    [WolverinePut("/api/admin/synonyms/{term}")]
    public static (SynonymView, StaffActedNotice) Put(
        string term, SetSynonyms command, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        var view = new SynonymView(Words.Of(term)[0].Joined, [.. command.Words.Select(x => Words.Of(x)[0].Joined).Distinct()]);
        session.QueueSqlCommand(
            "insert into search.synonym (term, words) values (?, ?) on conflict (term) do update set words = excluded.words", view.Term,
            view.Words.ToArray());
        return (view, StaffActedNotice.Of(caller, StaffActions.SynonymsSet, "synonyms", view.Term, now));
    }
}
