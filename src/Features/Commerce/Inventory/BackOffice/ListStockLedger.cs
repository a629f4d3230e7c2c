using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Inventory.BackOffice;

public sealed record LedgerEntryView(long Id, int Delta, string Reason, string Reference, DateTimeOffset At);

public sealed record LedgerPage(IReadOnlyList<LedgerEntryView> Items, string? NextCursor);

/// <summary>Every change of a SKU's stock on hand, the newest first.</summary>
[Authorize("merchandiser")]
public static class ListStockLedgerEndpoint
{
    public const int LargestPage = 200;

    public static ProblemDetails Validate(int limit = 50, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/admin/stock/{sku}/ledger")]
    public static async Task<LedgerPage> Get(string sku, IQuerySession session, CancellationToken cancellation,
        int limit = 50, string? cursor = null)
    {
        await using var command = new NpgsqlCommand(
            "select id, delta, reason, reference, at from commerce.stock_ledger where sku = $1 and id < $2 order by id desc limit $3")
        {
            Parameters =
            {
                new() { Value = sku }, new() { Value = PageCursor.Parse(cursor)?.Key ?? long.MaxValue }, new() { Value = limit + 1 },
            },
        };
        List<LedgerEntryView> entries = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
            entries.Add(new(reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2), reader.GetString(3),
                await reader.GetFieldValueAsync<DateTimeOffset>(4, cancellation)));
        return new([.. entries.Take(limit)], entries.Count > limit ? $"{new PageCursor(entries[limit - 1].Id, Guid.Empty)}" : null);
    }
}
