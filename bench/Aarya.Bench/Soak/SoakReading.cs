using System.Globalization;
using Aarya.Bench.EventStreams;

namespace Aarya.Bench.Soak;

/// <summary>What the shop needs at one time, in megabytes.</summary>
/// <param name="Hot">Tables and indexes whose rows the shop deletes or changes in place: they should stay as large as they are.</param>
/// <param name="Kept">All other tables, whose rows are kept for days, or without an end.</param>
internal sealed record SoakReading(
    int Minute, int Purchases, double Redis, double Hot, double Kept, double Process, double Cores)
{
    public const string Header = "minute  purchases  Redis MB  hot tables MB  other tables MB  process MB  cores";

    // The tables of docs/operations.md, "How long what is kept", with terms of days or without an end are not among them.
    private const string IsHot =
        """
        c.relname like 'wolverine\_%' or n.nspname || '.' || c.relname in ('commerce.stock', 'commerce.stock_changed',
          'commerce.product_changed', 'commerce.cart_claim', 'commerce.unpaid_order', 'content.lease', 'content.stream_cursor')
        """;

    public static async Task<SoakReading> TakeAsync(Shop shop, BenchRedis redis, Meter meter, int minute, int purchases)
    {
        var sizes = (double[])(await shop.SqlAsync($"""
            select array[coalesce(sum(size) filter (where hot), 0), coalesce(sum(size) filter (where not hot), 0)]::float8[]
            from (select pg_total_relation_size(c.oid) / 1048576.0 as size, {IsHot} as hot
              from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where c.relkind = 'r' and n.nspname = any (array['{string.Join("', '", Features.Roles.Contexts)}'])) as sized
            """))!;
        var (cores, process) = meter.Look();
        return new(minute, purchases, await redis.UsedAsync(), sizes[0], sizes[1], process, cores);
    }

    public static async Task<string> LargestAsync(Shop shop) => (string)(await shop.SqlAsync($"""
        select string_agg(format('%s %s MB', name, round(size, 1)), ', ' order by size desc) from (
          select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid) / 1048576.0 as size
          from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and n.nspname = any (array['{string.Join("', '", Features.Roles.Contexts)}'])
          order by size desc limit 20) as largest
        """))!;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Minute,6}  {Purchases,9}  {Redis,8:0.0}  {Hot,13:0.0}  {Kept,15:0.0}  {Process,10:0}  {Cores,5:0.00}");
}
