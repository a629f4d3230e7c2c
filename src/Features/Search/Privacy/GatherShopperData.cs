using System.Text.Json;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Http;
using Marten;
using Npgsql;

namespace Aarya.Features.Search.Privacy;

public sealed record BoughtView(Guid OrderId, string Sku, int Quantity, DateTimeOffset At);

/// <summary>Collects a person's purchases and views, which recommendations are made from.</summary>
public static class GatherShopperDataHandler
{
    public static async Task<PersonalDataGatheredNotice?> Handle(PersonalDataAskedNotice asked, IQuerySession session,
        Views views, CancellationToken cancellation)
    {
        if (asked.Orders is null) return null;
        List<Guid> viewed = [];
        foreach (var subject in asked.Guests.Prepend(asked.UserId)) viewed.AddRange(await views.ReadAsync(subject));
        await using var select = new NpgsqlCommand(
            "select order_id, sku, quantity, at from search.purchase where subject = any ($1) or order_id = any ($2) order by at, sku")
        {
            Parameters =
            {
                new() { Value = new[] { asked.UserId }.Concat(asked.Guests).ToArray() },
                new() { Value = asked.Orders.ToArray() },
            },
        };
        List<BoughtView> bought = [];
        await using var reader = await session.ExecuteReaderAsync(select, cancellation);
        while (await reader.ReadAsync(cancellation))
            bought.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2),
                await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellation)));
        var gathered = new { purchases = bought, viewedProducts = viewed.Distinct() };
        return new(asked.UserId, asked.ExportId, JsonSerializer.Serialize(gathered, AaryaJson.Options));
    }
}
