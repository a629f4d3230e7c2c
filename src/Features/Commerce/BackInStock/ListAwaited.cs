using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Wolverine.Http;

namespace Aarya.Features.Commerce.BackInStock;

/// <param name="Product">The product's name; null when no product has the SKU any longer.</param>
public sealed record AwaitedSku(string Sku, string? Product, int Shoppers);

public sealed record AwaitedPage(IReadOnlyList<AwaitedSku> Items, string? NextCursor);

/// <summary>The SKUs that shoppers wait for, with the number of shoppers, the most awaited first.</summary>
[Authorize("merchandiser")]
public static class ListAwaitedEndpoint
{
    private const int LargestPage = 200;

    public static ProblemDetails Validate(int limit = 50, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/admin/back-in-stock")]
    public static async Task<AwaitedPage> Get(IQuerySession session, CancellationToken cancellation, int limit = 50, string? cursor = null)
    {
        var after = PageCursor.Parse(cursor) ?? new(long.MaxValue, Guid.AllBitsSet);
        await using var command = new NpgsqlCommand(
            """
            select sku, variant.name, shoppers, back_in_stock.id from commerce.back_in_stock left join commerce.variant using (sku)
            where (shoppers, back_in_stock.id) < ($1, $2) order by shoppers desc, back_in_stock.id desc limit $3
            """)
        {
            Parameters = { new() { Value = after.Key }, new() { Value = after.Id }, new() { Value = limit + 1 } },
        };
        List<(AwaitedSku Item, Guid Id)> found = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = await reader.IsDBNullAsync(1, cancellation) ? null : reader.GetString(1);
            found.Add((new(reader.GetString(0), name, reader.GetInt32(2)), reader.GetGuid(3)));
        }

        var last = found.Count > limit ? new PageCursor(found[limit - 1].Item.Shoppers, found[limit - 1].Id) : null;
        return new([.. found.Take(limit).Select(x => x.Item)], last?.ToString());
    }
}
