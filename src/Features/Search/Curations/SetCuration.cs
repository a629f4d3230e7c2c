using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Search.Curations;

/// <summary>Sets which products a query shows first, which it hides, and where it redirects the shopper.</summary>
public sealed record SetCuration(IReadOnlyList<Guid>? Pinned, IReadOnlyList<Guid>? Hidden, SearchRedirect? Redirect)
{
    public sealed class Validator : AbstractValidator<SetCuration>
    {
        private const int MostPinned = 20;
        private const int MostHidden = 100;

        public Validator()
        {
            RuleFor(x => x.Pinned).Must(x => x is null || x.Count <= MostPinned).WithMessage($"must have at most {MostPinned} products.")
                .Must(AreDifferent).WithMessage("must not contain a product twice.");
            RuleFor(x => x.Hidden).Must(x => x is null || x.Count <= MostHidden).WithMessage($"must have at most {MostHidden} products.")
                .Must(AreDifferent).WithMessage("must not contain a product twice.")
                .Must((x, hidden) => hidden?.Intersect(x.Pinned ?? []).Any() != true).WithMessage("must not contain a pinned product.");
            RuleFor(x => x.Redirect).Must(x => x is null || x.Category is null != x.Path is null)
                .WithMessage("must have either a category or a path.")
                .Must(x => x?.Category is null or { Length: > 0 and <= 100 }).WithMessage("must have a category of 1 to 100 characters.")
                .Must(x => x?.Path is null || IsPath(x.Path))
                .WithMessage("must have a path of at most 200 characters that begins with one slash.");
        }

        private static bool AreDifferent(IReadOnlyList<Guid>? products) =>
            products is null || products.Distinct().Count() == products.Count;

        // Not the address of another site, which browsers also read from two slashes or a backslash.
        private static bool IsPath(string path) => path.Length is > 0 and <= 200 && path[0] == '/'
            && !path.StartsWith("//", StringComparison.Ordinal) && !path.Any(x => x == '\\' || char.IsControl(x));
    }
}

[Authorize("merchandiser")]
public static class SetCurationEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(
        string query, SetCuration command, IQuerySession session, CancellationToken cancellation)
    {
        query = CurationView.QueryOf(query);
        if (query.Length > SearchQuery.LongestText || CurationView.KeyOf(query).Length == 0)
            return Problem.Invalid("query", $"must have letters or digits, and at most {SearchQuery.LongestText} characters.");
        if (PriceWords.Of(query) is { Left.Count: 0 }) return Problem.Invalid("query", "must have words that are not a price.");
        await using var select = new NpgsqlCommand("select product_id from search.product where product_id = any ($1)")
        {
            Parameters = { new() { Value = (command.Pinned ?? []).Concat(command.Hidden ?? []).ToArray() } },
        };
        HashSet<Guid> known = [];
        await using var rows = await session.ExecuteReaderAsync(select, cancellation);
        while (await rows.ReadAsync(cancellation)) known.Add(rows.GetGuid(0));
        return Unknown("pinned", command.Pinned) ?? Unknown("hidden", command.Hidden) ?? WolverineContinue.NoProblems;

        ProblemDetails? Unknown(string field, IReadOnlyList<Guid>? products) =>
            products?.Where(x => !known.Contains(x)).Select(x => (Guid?)x).FirstOrDefault() is { } unknown
                ? Problem.Invalid(field, $"must contain ids of known products; {unknown} is unknown.")
                : null;
    }

    [WolverinePut("/api/admin/curations/{query}")]
    public static (CurationView, StaffActedNotice) Put(
        string query, SetCuration command, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        var view = new CurationView(CurationView.QueryOf(query), command.Pinned ?? [], command.Hidden ?? [], command.Redirect);
        session.QueueSqlCommand(
            """
            insert into search.curation (key, query, pinned, hidden, redirect_category, redirect_path)
            values (?, ?, ?, ?, nullif(?, ''), nullif(?, ''))
            on conflict (key) do update set query = excluded.query, pinned = excluded.pinned, hidden = excluded.hidden,
              redirect_category = excluded.redirect_category, redirect_path = excluded.redirect_path
            """,
            CurationView.KeyOf(view.Query), view.Query, view.Pinned.ToArray(), view.Hidden.ToArray(), view.Redirect?.Category ?? "",
            view.Redirect?.Path ?? "");
        return (view, StaffActedNotice.Of(caller, StaffActions.CurationSet, "curation", view.Query, now));
    }
}
