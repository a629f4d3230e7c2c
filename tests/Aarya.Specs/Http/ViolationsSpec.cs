using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using JasperFx;
using Marten;
using Marten.Exceptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Specs.Http;

/// <summary>A document that exists once per id.</summary>
public sealed class Seat
{
    public Guid Id { get; set; }

    public int Row { get; set; }
}

/// <summary>The fact that begins a stream.</summary>
public sealed record SeatTaken(Guid Seat);

/// <param name="Id">The id of the seat.</param>
/// <param name="How">insert or stream (the store's own methods), or an SQL statement.</param>
public sealed record TakeSeat(Guid Id, string How);

[MartenStore(typeof(IContentStore))]
public static class TakeSeatEndpoint
{
    [WolverinePost("/specs/seats")]
    public static string Post(TakeSeat take, IDocumentSession session)
    {
        if (take.How == "insert") session.Insert(new Seat { Id = take.Id });
        else if (take.How == "stream") session.Events.StartStream(take.Id, new SeatTaken(take.Id));
        else session.QueueSqlCommand(take.How, take.Id);
        return "taken";
    }
}

/// <summary>A violated constraint is never answered as a failure of the shop.</summary>
public sealed class ViolationsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly string databaseUrl = fixture.DatabaseUrl;

    [Theory]
    [InlineData("insert")]
    [InlineData("stream")]
    [InlineData("insert into content.idempotency_key (subject, key, request_hash, status, body) values ('spec', ?::text, '', 200, '')")]
    public async Task what_is_there_already_is_a_409_whichever_way_it_was_stored(string how)
    {
        using var client = Host.Server.CreateClient();
        var seat = Guid.NewGuid();

        var answers =
            await Task.WhenAll(Enumerable.Range(0, 10)
                .Select(_ => client.PostAsJsonAsync("/specs/seats", new TakeSeat(seat, how), Cancel)));

        Assert.Single(answers, x => x.IsSuccessStatusCode);
        foreach (var refused in answers.Where(x => !x.IsSuccessStatusCode))
        {
            Assert.Equal(409, (int)refused.StatusCode);
            Assert.Equal("conflict.already_exists",
                (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData(PostgresErrorCodes.UniqueViolation, "conflict.already_exists")]
    [InlineData(PostgresErrorCodes.ExclusionViolation, "conflict.already_exists")]
    [InlineData(PostgresErrorCodes.ForeignKeyViolation, "conflict.changed_meanwhile")]
    [InlineData(PostgresErrorCodes.CheckViolation, null)]
    [InlineData(PostgresErrorCodes.NotNullViolation, null)]
    [InlineData(PostgresErrorCodes.DivisionByZero, null)]
    public void a_constraint_that_no_slice_speaks_for_has_a_meaning_by_its_kind(string sqlState, string? code)
    {
        var violations = new Violations([], NullLogger<Violations>.Instance);
        var failure = Failure(sqlState, "shop", "anything");

        foreach (var wrapped in new Exception[]
        {
            failure,
            new MartenCommandException(new NpgsqlCommand(), failure),
            new InvalidOperationException("outer", new AggregateException(failure)),
        })
            Assert.Equal(code, CodeOf(violations.ProblemOf(wrapped)));
    }

    [Fact]
    public void a_constraint_that_a_slice_speaks_for_is_told_in_its_words_and_only_in_its_schema()
    {
        var violations = new Violations([new("shop.once", () => Problem.Conflict("seat.taken", "Taken", "Another guest has this seat."))],
            NullLogger<Violations>.Instance);

        Assert.Equal("seat.taken", CodeOf(violations.ProblemOf(Failure(PostgresErrorCodes.UniqueViolation, "shop", "once"))));
        Assert.Equal("seat.taken", CodeOf(violations.ProblemOf(Failure(PostgresErrorCodes.CheckViolation, "shop", "once"))));
        Assert.Equal("conflict.already_exists", CodeOf(violations.ProblemOf(Failure(PostgresErrorCodes.UniqueViolation, "other", "once"))));
        Assert.Equal("conflict.changed_meanwhile", CodeOf(violations.ProblemOf(new ConcurrencyException(typeof(Seat), Guid.Empty))));
        Assert.Null(violations.ProblemOf(new InvalidOperationException("a defect")));
    }

    [Fact]
    public async Task every_constraint_that_a_slice_speaks_for_is_one_of_the_database()
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse("DATABASE_URL", databaseUrl).ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var select = new NpgsqlCommand(
            """
            select nspname || '.' || relname from pg_index
            join pg_class on pg_class.oid = indexrelid join pg_namespace on pg_namespace.oid = relnamespace where indisunique
            union select nspname || '.' || conname from pg_constraint join pg_namespace on pg_namespace.oid = connamespace
            """, connection);
        HashSet<string> there = [];
        await using var reader = await select.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel)) there.Add(reader.GetString(0));

        var known = Host.Services.GetRequiredService<Violations>().Known;
        Assert.NotEmpty(known);
        Assert.True(known.All(there.Contains),
            $"{string.Join(' ', known.Except(there))} is none of {string.Join(' ', there.Where(x => x.StartsWith(
                "commerce.", StringComparison.Ordinal)))}");
    }

    [Fact]
    public async Task whatever_is_created_twice_at_once_fails_nobody()
    {
        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        using var customer = await Shopper.OfRoleAsync(Host, "customer");
        var tag = Guid.NewGuid().ToString("N")[..8];

        foreach (var ask in new Func<int, Task<Answer>>[]
        {
            _ => admin.SendAsync(HttpMethod.Put, $"/api/admin/flags/race-{tag}", new { enabled = true }),
            _ => admin.SendAsync(HttpMethod.Put, $"/api/admin/synonyms/race{tag}", new { words = new[] { "kurta" } }),
            _ => customer.PostAsync("/api/users/me/addresses", SampleAddresses.Bengaluru),
            _ =>
                admin.PostAsync("/api/auth/register",
                    new { email = $"race-{tag}@example.com", password = "correct horse battery staple", name = "Race" }),
            x => customer.AddAsync($"NONE-{x}"),
        })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(ask));
            Assert.All(answers, x => Assert.True(x.Status != 500, $"{x.Status}: {x.Text}"));
        }
    }

    private static string? CodeOf(Microsoft.AspNetCore.Mvc.ProblemDetails? problem) => problem?.Extensions["code"] as string;

    private static PostgresException Failure(string sqlState, string schema, string constraint) =>
        new("refused", "ERROR", "ERROR", sqlState, schemaName: schema, constraintName: constraint);
}
