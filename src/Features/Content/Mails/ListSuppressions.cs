using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Mails;

/// <param name="Reason">
/// bounced: the mailbox does not exist; complained: its owner called a mail spam; unsubscribed: its owner has only stopped some kinds.
/// </param>
/// <param name="Stopped">The kinds of mails that its owner has stopped.</param>
public sealed record SuppressionView(Guid Id, string Email, string Reason, IReadOnlyList<string> Stopped, DateTimeOffset ReportedAt)
{
    public static SuppressionView Of(Suppression x) =>
        new(x.Id, x.Email, x.Reason, [.. x.OptOuts.Select(y => y.Kind).Distinct(StringComparer.Ordinal)], x.ReportedAt);
}

public sealed record SuppressionPage(IReadOnlyList<SuppressionView> Items, string? NextCursor);

/// <summary>The addresses that get less mail or none, those reported last first; with <c>email</c>, whether it is one of them.</summary>
[Authorize("support")]
public static class ListSuppressionsEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(string? email = null, int limit = 50, string? cursor = null) =>
        email is not null && EmailAddress.Normalize(email) is null
            ? Problem.Invalid("email", "must be an e-mail address.")
            : PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/admin/mail/suppressions")]
    public static async Task<SuppressionPage> Get(
        IQuerySession session, CancellationToken cancellation, string? email = null, int limit = 50, string? cursor = null)
    {
        IQueryable<Suppression> asked = session.Query<Suppression>();
        if (email is not null)
        {
            var indexes = session.BlindIndexesOf(EmailAddress.Normalize(email)!);
            asked = asked.Where(x => x.EmailIndex.IsOneOf(indexes));
        }

        if (PageCursor.Parse(cursor) is { At: var at, Id: var id })
            asked = asked.Where(x => x.ReportedAt < at || (x.ReportedAt == at && x.Id.CompareTo(id) < 0));
        var page = await asked.OrderByDescending(x => x.ReportedAt).ThenByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var last = page.Count > limit ? page[limit - 1] : null;
        return new(
            [.. page.Take(limit).Select(SuppressionView.Of)],
            last is null ? null : $"{new PageCursor(last.ReportedAt, last.Id)}");
    }
}
