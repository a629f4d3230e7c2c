using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Postgres;
using Aarya.Protos.Operations;
using Grpc.Core;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>
/// The dead letters of the contexts of this process; see protos/dead_letters.proto. The message runtime has one row per message and reader,
/// without an id of its own: a letter's id is made of both.
/// </summary>
public sealed class DeadLetterService(ActiveContexts contexts, IServiceProvider services) : Protos.Operations.DeadLetters.DeadLettersBase
{
    // One more than the back office shows: if there is one more, another page follows.
    private const int LargestPage = 101;
    private const string Id = "md5(id::text || ' ' || coalesce(received_at, ''))::uuid";
    private const string SentAt = "coalesce(sent_at, 'epoch')";
    private const string Matches = "($1 = '' or message_type = $1) and ($2 = '' or exception_type = $2)";

    private const string Columns =
        $"{Id}, id, message_type, received_at, exception_type, exception_message, {SentAt}, coalesce(replayable, false), body";

    public override async Task<LetterPage> ListLetters(ListLettersRequest request, ServerCallContext context)
    {
        if (request.Limit is < 0 or > LargestPage) throw Refusal.Invalid("limit", $"must be from 0 to {LargestPage}.");
        if (request.BeforeUnixUs < 0) throw Refusal.Invalid("before_unix_us", "must not be negative.");
        var before = request.BeforeId.Length == 0 ? (Guid?)null : Refusal.UnlessUuid(request.BeforeId, "before_id");
        await using var connection = await OpenAsync(request.Context, context.CancellationToken);
        var page = new LetterPage();
        await using (var count = Command(connection, $"select count(*) from {TableOf(request.Context)} where {Matches}",
            request.Message, request.ErrorType))
            page.Total = (long)(await count.ExecuteScalarAsync(context.CancellationToken))!;
        if (request.Limit == 0 || page.Total == 0) return page;

        var after = before is null ? "" : $"and ({SentAt}, {Id}) < ($4, $5)";
        await using var select = Command(connection, $"""
            select {Columns} from {TableOf(request.Context)} where {Matches} {after}
            order by {SentAt} desc, {Id} desc limit $3
            """, request.Message, request.ErrorType, request.Limit);
        if (before is { } id)
        {
            select.Parameters.Add(new() { Value = DateTimeOffset.UnixEpoch.AddMicroseconds(request.BeforeUnixUs) });
            select.Parameters.Add(new() { Value = id });
        }

        await using var rows = await select.ExecuteReaderAsync(context.CancellationToken);
        while (await rows.ReadAsync(context.CancellationToken)) page.Letters.Add(LetterOf(rows, withBody: false));
        return page;
    }

    public override async Task<Letter> GetLetter(LetterKey request, ServerCallContext context)
    {
        var id = Refusal.UnlessUuid(request.Id, "id");
        await using var connection = await OpenAsync(request.Context, context.CancellationToken);
        await using var select = Command(connection, $"select {Columns} from {TableOf(request.Context)} where {Id} = $1", id);
        await using var rows = await select.ExecuteReaderAsync(context.CancellationToken);
        return await rows.ReadAsync(context.CancellationToken) ? LetterOf(rows, withBody: true) : throw Refusal.NotFound("dead_letter");
    }

    public override async Task<LetterCount> ReplayLetters(ReplayLettersRequest request, ServerCallContext context)
    {
        var (which, values) = request.Id.Length > 0
            ? ($"{Id} = $1", [Refusal.UnlessUuid(request.Id, "id")])
            : (Matches, new object[] { request.Message, request.ErrorType });
        await using var connection = await OpenAsync(request.Context, context.CancellationToken);
        // The durability agent of the context moves the letters into the inbox, all or none: the inbox must not have the row of an earlier
        // delivery to the same reader, which stays for some minutes after it was handled.
        await using var update = Command(connection, $"""
            with chosen as (select id, received_at from {TableOf(request.Context)} where {which} and replayable is not true),
              gone as (
                delete from {request.Context}.wolverine_incoming_envelopes i using chosen
                where i.id = chosen.id and i.received_at = chosen.received_at and i.status = 'Handled')
            update {TableOf(request.Context)} l set replayable = true from chosen
            where l.id = chosen.id and l.received_at = chosen.received_at
            """, values);
        return new() { Letters = await update.ExecuteNonQueryAsync(context.CancellationToken) };
    }

    public override async Task<LetterCount> DiscardLetter(LetterKey request, ServerCallContext context)
    {
        var id = Refusal.UnlessUuid(request.Id, "id");
        await using var connection = await OpenAsync(request.Context, context.CancellationToken);
        await using var delete = Command(connection, $"delete from {TableOf(request.Context)} where {Id} = $1", id);
        return new() { Letters = await delete.ExecuteNonQueryAsync(context.CancellationToken) };
    }

    private static string TableOf(string role) => $"{role}.wolverine_dead_letters";

    private Task<NpgsqlConnection> OpenAsync(string role, CancellationToken cancellation)
    {
        var context = contexts.Active.FirstOrDefault(x => x.Role == role) ?? throw Refusal.NotFound("context");
        return ((IDocumentStore)services.GetRequiredService(context.StoreType)).OpenConnectionAsync(cancellation);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static Letter LetterOf(NpgsqlDataReader row, bool withBody)
    {
        var stored = StoredMessage.Of(row.GetFieldValue<byte[]>(8));
        return new()
        {
            Id = $"{row.GetGuid(0):D}",
            MessageId = $"{row.GetGuid(1):D}",
            Message = row.GetString(2),
            Reader = ReaderOf(TextOf(row, 3)),
            ErrorType = TextOf(row, 4),
            Error = TextOf(row, 5),
            SentAtUnixUs = row.GetFieldValue<DateTimeOffset>(6).ToUnixMicroseconds(),
            Attempts = stored.Attempts,
            Replaying = row.GetBoolean(7),
            Body = withBody ? stored.Json : "",
        };
    }

    private static string TextOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);

    // An address such as redis-stream://stream/order_events/content or local://commerce.cancelunpaidorder/.
    private static string ReaderOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme != "local"
            ? uri.AbsolutePath.Trim('/')
            : address.Replace("local://", "", StringComparison.Ordinal).Trim('/');
}
