using System.Text.Json;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;
using Marten.Linq.MatchesSql;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Orders.BackOffice;

/// <summary>
/// All orders, for staff, the newest first. Filters: status, e-mail address, number, SKU, recipient (all words of <c>name</c>, in any
/// order), and the time of placing, from <c>placedFrom</c> to <c>placedTo</c>, each a day in India or an instant. <c>placedTo</c> includes
/// the whole day, but excludes the instant.
/// </summary>
public static class ListAllOrdersEndpoint
{
    /// <summary>SQL for the SKUs of the lines; the index uses the same text.</summary>
    internal const string Skus = """jsonb_path_query_array(data, '$."lines"[*]."sku"'::jsonpath)""";

    /// <summary>SQL for the blind indexes of the words of the recipient's name; the index uses the same text.</summary>
    internal const string Names = "data -> 'recipientIndex'::text";

    public static ProblemDetails Validate(int? limit, string? cursor, string? status, string? name, string? placedFrom, string? placedTo)
    {
        var page = OrderPage.Validate(limit, cursor);
        if (page.Status is not null) return page;
        if (status is not null && StatusOf(status) is null)
            return Problem.Invalid("status", $"must be one of {string.Join(", ", Enum.GetValues<OrderStatus>().Select(x => x.Text()))}.");
        if (name is not null && NameWords.Of(name).Count == 0) return Problem.Invalid("name", "must contain a letter, digit or symbol.");
        if (placedFrom is not null && OrderMoment.From(placedFrom) is null) return Problem.Invalid("placedFrom", OrderMoment.Expectation);
        if (placedTo is null) return WolverineContinue.NoProblems;
        if (OrderMoment.Until(placedTo) is not { } until) return Problem.Invalid("placedTo", OrderMoment.Expectation);
        return placedFrom is not null && OrderMoment.From(placedFrom) > until
            ? Problem.Invalid("placedTo", "must not be before placedFrom.")
            : WolverineContinue.NoProblems;
    }

    [WolverineGet("/api/admin/orders"), Authorize("support")]
    public static Task<OrderPage> Get(
        int? limit, string? cursor, string? status, string? email, string? number, string? name, string? sku,
        string? placedFrom, string? placedTo,
        IQuerySession session, CancellationToken cancellation)
    {
        IQueryable<Order> orders = session.Query<Order>();
        if (StatusOf(status) is { } wanted) orders = orders.Where(x => x.Status == wanted);
        // Orders from before addresses were normalised keep their spelling.
        string[] spellings = email is null ? [] : [EmailAddress.Normalize(email) ?? email, email];
        string[] indexes = [.. spellings.SelectMany(session.BlindIndexesOf)];
        if (email is not null) orders = orders.Where(x => x.EmailIndex.IsOneOf(indexes));
        if (number is not null)
        {
            var sequence = OrderNumber.TryParse(number, out var parsed) ? parsed : -1;
            orders = orders.Where(x => x.Sequence == sequence);
        }

        if (sku is not null)
        {
            var one = JsonSerializer.Serialize(new[] { sku.Trim().ToUpperInvariant() });
            orders = orders.Where(x => x.MatchesSql($"{Skus} @> ?::jsonb", one));
        }

        // Each word is searched under every key, so that orders from before a key rotation are found too.
        foreach (var word in name is null ? [] : NameWords.Of(name))
        {
            var sealedWords = session.BlindIndexesOf(word).Select(x => JsonSerializer.Serialize(new[] { x })).ToArray<object>();
            var any = string.Join(" or ", sealedWords.Select(_ => $"({Names}) @> ?::jsonb"));
            orders = orders.Where(x => x.MatchesSql($"({any})", sealedWords));
        }

        if (placedFrom is not null && OrderMoment.From(placedFrom) is { } from) orders = orders.Where(x => x.PlacedAt >= from);
        if (placedTo is not null && OrderMoment.Until(placedTo) is { } until) orders = orders.Where(x => x.PlacedAt < until);
        return OrderPage.ReadAsync(orders, limit, cursor, cancellation);
    }

    private static OrderStatus? StatusOf(string? text) =>
        Enum.GetValues<OrderStatus>().Cast<OrderStatus?>().FirstOrDefault(x => x!.Value.Text() == text);
}
