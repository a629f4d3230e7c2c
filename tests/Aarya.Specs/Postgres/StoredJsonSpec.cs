using System.Net;
using System.Text.Json.Nodes;
using Aarya.Features;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Postgres;

/// <summary>What an earlier version stored is migrated and read.</summary>
public sealed class StoredJsonSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private static readonly DateTimeOffset At = new(2026, 11, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Money Amount = new(129_900, Money.Inr);

    public enum Size { Small, Medium, Large }

    public sealed record Shirt(string Sku, Size Size, Size? Second, Money Price);

    public sealed record Shelf(Guid Id, IReadOnlyList<Shirt> Shirts, Dictionary<string, Shirt> ByName, Size[] Sizes);

    [Fact]
    public void names_become_camel_case_and_numbers_of_enums_words_and_nothing_is_lost()
    {
        const string old =
            """
            {"Id": "0192f3a4-5b6c-7d8e-9f00-112233445566", "Sizes": [0, 2, 7], "Gone": {"Inner": 1},
             "Shirts": [{"Sku": "A", "Size": 1, "Second": null, "Price": {"amount": 12900, "currency": "INR"}}],
             "ByName": {"Blue Shirt": {"Sku": "B", "Size": 2, "Second": 0, "Price": {"amount": 1.50, "currency": "INR"}}}}
            """;
        const string today =
            """
            {"id": "0192f3a4-5b6c-7d8e-9f00-112233445566", "sizes": ["Small", "Large", 7], "gone": {"Inner": 1},
             "shirts": [{"sku": "A", "size": "Medium", "second": null, "price": {"amount": 12900, "currency": "INR"}}],
             "byName": {"Blue Shirt": {"sku": "B", "size": "Large", "second": "Small", "price": {"amount": 1.50, "currency": "INR"}}}}
            """;

        var rewritten = StoredJson.Rewritten(JsonNode.Parse(old), typeof(Shelf));

        Assert.Equal(JsonNode.Parse(today)!.ToJsonString(), rewritten!.ToJsonString());
        Assert.Equal(rewritten.ToJsonString(), StoredJson.Rewritten(rewritten.DeepClone(), typeof(Shelf))!.ToJsonString());
    }

    [Fact]
    public async Task accounts_notifications_and_payments_of_an_earlier_version_are_migrated_and_read()
    {
        var email = await VerifiedAsync();
        var shopper = await SignInAsync(email);
        var (subject, order) = (shopper.User.Id, Guid.CreateVersion7());
        await NotifyAsync(subject, 450);
        await PayAsync(subject, order);
        await AgeAsync("core.mt_doc_user", "id", $"id = '{subject}'");
        await AgeAsync("content.mt_doc_notification", "id", $"data ->> 'subject' = '{subject}'");
        await AgeAsync("payment.mt_doc_orderpayment", "id", $"id = '{order}'");
        await AgeAsync("payment.mt_events", "seq_id", $"stream_id = '{order}'");
        foreach (var context in new[] { "core", "content", "payment" }) await OnDatabaseAsync($"delete from {context}.stored_json");
        var versions = await ListAsync($"select mt_version::text from payment.mt_doc_orderpayment where id = '{order}'");
        Assert.Equal(401, await LogInAsync(email));
        var migrations = Host.Services.GetRequiredService<Migrations>();
        var before = await migrations.StatusAsync(Cancellation);
        Assert.Equal(["commerce", "search"], before.Where(x => x.IsCurrent).Select(x => x.Role).Order());

        await migrations.ApplyAsync(Cancellation);

        Assert.All(await migrations.StatusAsync(Cancellation), x => Assert.True(x.IsCurrent, x.Pending));
        Assert.Equal(200, await LogInAsync(email));
        var first = await ReadAsync<NotificationPage>(shopper, "/api/notifications?limit=100");
        Assert.Equal((100, "Notice 449"), (first.Items.Count, first.Items[0].Title));
        Assert.Equal(PaymentState.Captured, (await ReadAsync<PaymentView>(shopper, $"/api/payments/{order}")).Status);
        await using (var session = Host.Services.GetRequiredService<IPaymentStore>().LightweightSession())
        {
            var payment = await session.Events.AggregateStreamAsync<OrderPayment>(order, token: Cancellation);
            Assert.Equal((PaymentStatus.Captured, subject, Amount), (payment!.Status, payment.Subject, payment.Amount));
        }

        Assert.Equal(versions, await ListAsync($"select mt_version::text from payment.mt_doc_orderpayment where id = '{order}'"));
        Assert.Equal(["0"], await ListAsync(
            $"""
            select count(*)::text from (
              select data from core.mt_doc_user union all select data from content.mt_doc_notification
              union all select data from payment.mt_doc_orderpayment union all select data from payment.mt_events) x
            where data ?| array['Id', 'Email', 'Subject', 'Number', 'ChargeId']
            """));
        // What a process of the earlier version still writes is read, too.
        await AgeAsync("payment.mt_events", "seq_id", $"stream_id = '{order}'");
        Assert.Equal(PaymentState.Captured, (await ReadAsync<PaymentView>(shopper, $"/api/payments/{order}")).Status);
        await OnDatabaseAsync("delete from payment.stored_json");
        await migrations.ApplyAsync(Cancellation);
    }

    private async Task NotifyAsync(Guid subject, int count)
    {
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        session.Insert(Enumerable.Range(0, count).Select(x => new Notification
        {
            Id = Guid.CreateVersion7(),
            Subject = subject,
            Kind = "welcome",
            Title = $"Notice {x}",
            CreatedAt = At.AddSeconds(x),
        }));
        await session.SaveChangesAsync(Cancellation);
    }

    private async Task PayAsync(Guid subject, Guid order)
    {
        await using var session = Host.Services.GetRequiredService<IPaymentStore>().LightweightSession();
        session.Events.StartStream<OrderPayment>(
            order,
            new PaymentRequested("AA-1", subject, "", Amount, "tok_approve", At.AddHours(1), At),
            new Captured("ch_1", Amount, null, At));
        await session.SaveChangesAsync(Cancellation);
    }

    private async Task<T> ReadAsync<T>(SignedIn who, string url) => (await Host.Scenario(x =>
    {
        x.WithBearerToken(who.AccessToken);
        x.Get.Url(url);
    })).ReadAsJson<T>()!;

    private async Task<int> LogInAsync(string email) => (await Track(x =>
    {
        x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        x.IgnoreStatusCode();
    })).Response.Context.Response.StatusCode;

    /// <summary>Gives the rows the names that the earlier version stored.</summary>
    private async Task AgeAsync(string table, string key, string which)
    {
        var rows = await ListAsync($"select {key}::text || ' ' || data::text from {table} where {which}");
        Assert.NotEmpty(rows);
        foreach (var row in rows.Select(x => x.Split(' ', 2)))
        {
            var old = Aged(JsonNode.Parse(row[1]))!.ToJsonString().Replace("'", "''", StringComparison.Ordinal);
            await OnDatabaseAsync($"update {table} set data = '{old}' where {key} = '{row[0]}'");
        }
    }

    // Money has always been written like this.
    private static JsonNode? Aged(JsonNode? node) => node switch
    {
        JsonObject money when money.Select(x => x.Key).Order().SequenceEqual(["amount", "currency"]) => money.DeepClone(),
        JsonObject members => new JsonObject(
            members.Select(x => KeyValuePair.Create($"{char.ToUpperInvariant(x.Key[0])}{x.Key[1..]}", Aged(x.Value)))),
        JsonArray elements => new JsonArray([.. elements.Select(Aged)]),
        _ => node?.DeepClone(),
    };

    private async Task OnDatabaseAsync(string sql) => await ListAsync(sql);

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse("DATABASE_URL", Fixture.DatabaseUrl).ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        List<string> values = [];
        while (await reader.ReadAsync(Cancellation)) values.Add(reader.GetString(0));
        return values;
    }
}
