using System.Linq.Expressions;
using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.BackInStock;

/// <summary>
/// The only code that stores and removes requests, so that <c>commerce.back_in_stock</c> always counts exactly the stored requests of a
/// SKU. A removal first locks the rows of its SKUs, in SKU order, and reads the requests after that: so no two removals take the same
/// request, and none of them deadlock.
/// </summary>
internal static class WaitingList
{
    /// <summary>Stores and counts the request, once the session saves.</summary>
    public static void Add(IDocumentSession session, BackInStockRequest request)
    {
        session.Insert(request);
        session.QueueSqlCommand(
            """
            insert into commerce.back_in_stock (sku, shoppers) values (?, 1)
            on conflict (sku) do update set shoppers = back_in_stock.shoppers + 1
            """,
            request.Sku);
    }

    /// <summary>Removes the oldest requests that meet the condition, once the session saves, and returns them.</summary>
    public static async Task<IReadOnlyList<BackInStockRequest>> TakeAsync(
        IDocumentSession session, Expression<Func<BackInStockRequest, bool>> condition, int most, CancellationToken cancellation)
    {
        var found = await session.Query<BackInStockRequest>().Where(condition).OrderBy(x => x.Id).Take(most).Select(x => x.Sku)
            .ToListAsync(cancellation);
        string[] skus = [.. (await LockAsync(session, [.. found], cancellation)).Keys];
        // A removal that held the locks before may have taken some of them.
        var taken = await session.Query<BackInStockRequest>().Where(condition).Where(x => x.Sku.IsOneOf(skus)).OrderBy(x => x.Id)
            .Take(most).ToListAsync(cancellation);
        foreach (var request in taken) session.Delete(request);
        foreach (var (sku, count) in taken.CountBy(x => x.Sku))
            session.QueueSqlCommand("update commerce.back_in_stock set shoppers = shoppers - ? where sku = ?", count, sku);
        session.QueueSqlCommand("delete from commerce.back_in_stock where sku = any (?) and shoppers = 0", [skus]);
        return taken;
    }

    /// <summary>Removes every request for the SKU, once the session saves, and returns how many there were.</summary>
    public static async Task<int> ClearAsync(IDocumentSession session, string sku, CancellationToken cancellation)
    {
        var counts = await LockAsync(session, [sku], cancellation);
        if (!counts.TryGetValue(sku, out var shoppers)) return 0;
        session.DeleteWhere<BackInStockRequest>(x => x.Sku == sku);
        session.QueueSqlCommand("delete from commerce.back_in_stock where sku = ?", sku);
        return shoppers;
    }

    /// <summary>Every request for mails to an address becomes this account's, once the session saves.</summary>
    /// <param name="addressIndexes">The blind indexes of the address.</param>
    public static async Task HandOverAsync(
        IDocumentSession session, string[] addressIndexes, Guid userId, CancellationToken cancellation)
    {
        var requests = await session.Query<BackInStockRequest>().Where(x => x.EmailIndex.IsOneOf(addressIndexes))
            .ToListAsync(cancellation);
        Own(session, requests, userId);
    }

    /// <summary>Every request of the guest becomes the account's, once the session saves.</summary>
    public static async Task HandOverAsync(IDocumentSession session, Guid guest, Guid account, CancellationToken cancellation) =>
        Own(session, await session.Query<BackInStockRequest>().Where(x => x.Subject == guest).ToListAsync(cancellation), account);

    private static void Own(IDocumentSession session, IReadOnlyList<BackInStockRequest> requests, Guid subject)
    {
        foreach (var request in requests)
        {
            request.Subject = subject;
            session.Update(request);
        }
    }

    /// <summary>Which of these SKUs shoppers wait for.</summary>
    public static async Task<IReadOnlyList<string>> AwaitedOfAsync(
        IQuerySession session, string[] skus, CancellationToken cancellation) =>
        await session.AdvancedSql.QueryAsync<string>(
            "select sku from commerce.back_in_stock where sku = any (?) order by sku", cancellation, [skus]);

    // The counts by SKU, locked until the transaction ends. A SKU that nobody waits for has no row.
    private static async Task<Dictionary<string, int>> LockAsync(IDocumentSession session, string[] skus, CancellationToken cancellation)
    {
        await session.StartTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select sku, shoppers from commerce.back_in_stock where sku = any ($1) order by sku for update")
        {
            Parameters = { new() { Value = skus } },
        };
        Dictionary<string, int> counts = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation)) counts.Add(reader.GetString(0), reader.GetInt32(1));
        return counts;
    }
}
