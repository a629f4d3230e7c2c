using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Infrastructure.Ids;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Payment.Providers;

/// <summary>The sandbox provider over its HTTP API; see src/Aarya.Sandbox.</summary>
public sealed class SandboxProvider(ProviderAccess access, ILogger<SandboxProvider> log) : IPaymentProvider, IDisposable
{
    public const string ProviderName = "sandbox";

    private const string SignatureHeader = "Sandbox-Signature";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // No retries here: the payment decides whether to retry, and first looks for an existing charge.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        ConnectTimeout = TimeSpan.FromSeconds(2),
    })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    private readonly AwayLog away = new("The payment provider", log);

    public string Name => ProviderName;

    public async Task<ChargeReport> ChargeAsync(
        Guid orderId, int number, Money amount, string token, CancellationToken cancellation)
    {
        var body = new { reference = orderId, amount = amount.Minor, currency = amount.Currency, token, capture = true, attempt = number };
        var key = number == 1 ? $"order-{orderId}" : string.Create(CultureInfo.InvariantCulture, $"order-{orderId}-{number}");
        var (status, charge, error) = await AskAsync<Charge>(HttpMethod.Post, "/v1/charges", body, cancellation, key);
        if (charge is not null) return charge.ToReport() with { Number = number };
        // The provider refused: no charge was made, and a retry would not change that.
        return status is HttpStatusCode.PaymentRequired or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity
            ? new(null, ChargeState.Declined, amount, DeclineCode: error, Number: number)
            : throw Unexpected(status, error);
    }

    public async Task<ChargeReport?> FindChargeAsync(Guid orderId, int number, CancellationToken cancellation)
    {
        var (status, page, error) = await AskAsync<Page<Charge>>(HttpMethod.Get, $"/v1/charges?reference={orderId}", null, cancellation);
        if (page is null) throw Unexpected(status, error);
        return page.Items!.OfType<Charge>().Where(x => x.Attempt == number).OrderByDescending(x => x.Status == ChargeState.Captured)
            .FirstOrDefault()?.ToReport();
    }

    public Task<ChargeReport> VoidAsync(string chargeId, CancellationToken cancellation) => MoveAsync(chargeId, "void", cancellation);

    public async Task<RefundReport> RefundAsync(string chargeId, Money amount, Guid refundId, CancellationToken cancellation)
    {
        var (status, refund, error) =
            await AskAsync<Refund>(HttpMethod.Post, "/v1/refunds",
                new { chargeId, amount = amount.Minor, reference = refundId }, cancellation);
        if (refund is not null && refund.Currency != amount.Currency) throw Unexpected(status, "in another currency");
        if (refund is not null) return refund.ToReport();
        // Only these statuses mean that the refund was refused. Another may come from a proxy, after the money has moved.
        return status is HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.Conflict
            or HttpStatusCode.UnprocessableEntity || (status == HttpStatusCode.NotFound && error == "charge_not_found")
            ? new(false, amount, error)
            : throw Unexpected(status, error);
    }

    public async Task<RefundReport?> FindRefundAsync(Guid refundId, CancellationToken cancellation)
    {
        var (status, page, error) = await AskAsync<Page<Refund>>(HttpMethod.Get, $"/v1/refunds?reference={refundId}", null, cancellation);
        if (page is null) throw Unexpected(status, error);
        return page.Items is [{ } refund, ..] ? refund.ToReport() : null;
    }

    public ProviderNews? ReadWebhook(ReadOnlySpan<byte> body, IHeaderDictionary headers, DateTimeOffset now)
    {
        var account = access.Known ?? throw new WebhookRefusedException("No provider is known yet.");
        if (SignedBody.FaultOf(SignatureHeader, headers[SignatureHeader].ToString(), account.WebhookSecret, body, now) is { } refused)
            throw new WebhookRefusedException(refused);
        try
        {
            var webhook = JsonSerializer.Deserialize<Webhook>(body, Json);
            if (webhook?.Charge is not { } charge) throw new WebhookRefusedException("The event has no charge.");
            if ((SandboxShape.FaultOfId("id", webhook.Id) ?? charge.Fault ?? webhook.Refund?.FaultOf(charge)) is { } fault)
                throw new WebhookRefusedException($"The event is not valid: {fault}.");
            // A reference that is not an order id belongs to another user of the same account.
            if (!Guid.TryParse(charge.Reference, out var orderId) || orderId == Guid.Empty) return null;
            return webhook.Refund is not { } refund ? new(webhook.Id!, orderId, charge.ToReport())
                : new(webhook.Id!, orderId, charge.ToReport(), RefundIdOf(refund), refund.ToReport());
        }
        // The reader throws InvalidOperationException for half a surrogate pair.
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            throw new WebhookRefusedException("The body cannot be read as an event.");
        }
    }

    // A refund made in the provider's own dashboard has no id of ours.
    private static Guid RefundIdOf(Refund refund) =>
        Guid.TryParse(refund.Reference, out var id) ? id : NamedUuid.WithoutVersion(Encoding.UTF8.GetBytes(refund.Id));

    private async Task<ChargeReport> MoveAsync(string chargeId, string move, CancellationToken cancellation)
    {
        var (status, charge, error) =
            await AskAsync<Charge>(HttpMethod.Post, $"/v1/charges/{Uri.EscapeDataString(chargeId)}/{move}", null, cancellation);
        if (charge is null && status == HttpStatusCode.Conflict)
            (status, charge,
                error) = await AskAsync<Charge>(HttpMethod.Get, $"/v1/charges/{Uri.EscapeDataString(chargeId)}", null, cancellation);
        return charge?.ToReport() ?? throw Unexpected(status, error);
    }

    private async Task<(HttpStatusCode Status, T? Answer, string? Error)> AskAsync<T>(
        HttpMethod method, string path, object? body, CancellationToken cancellation, string? idempotencyKey = null) where T : class
    {
        var account = await access.Account;
        using var request = new HttpRequestMessage(method, new Uri(account.Url, path)).WithTemplate(TemplateOf(path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.ApiKey);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (body is not null) request.Content = JsonContent.Create(body, options: Json);
        try
        {
            using var answer = await http.SendAsync(request, cancellation);
            if (answer.IsSuccessStatusCode)
            {
                var read = await answer.Content.ReadFromJsonAsync<T>(Json, cancellation);
                if (FaultOf(read) is { } fault) throw new JsonException($"{fault}.");
                away.Answers();
                return (answer.StatusCode, read, null);
            }

            var refused = await answer.Content.ReadFromJsonAsync<Refusal>(Json, cancellation);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError) away.Fails($"status {(int)answer.StatusCode}");
            else away.Answers();
            var code = refused?.Error?.Code;
            return (answer.StatusCode, null, SandboxShape.FaultOfCode("code", code) is null ? code : "unknown");
        }
        // After an unreadable answer the outcome is unknown. The reader throws InvalidOperationException for an unknown character set and
        // for half a surrogate pair.
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or JsonException or NotSupportedException
            or InvalidOperationException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            away.Fails(e.Message);
            throw new ProviderUnavailableException($"{method} {path}: {e.Message}", e);
        }
    }

    // "/v1/charges?reference=..." and "/v1/charges/{id}/void".
    private static string TemplateOf(string path)
    {
        var plain = path.Split('?')[0];
        return plain.Split('/') is ["", var version, var things, _, .. var move]
            ? string.Join('/', ["", version, things, "{id}", .. move])
            : plain;
    }

    private static string? FaultOf(object? answer) => answer switch
    {
        null => "the answer has no content",
        Charge charge => charge.Fault,
        Refund refund => refund.Fault,
        Page<Charge> charges => FaultOf(charges),
        Page<Refund> refunds => FaultOf(refunds),
        _ => null,
    };

    private static string? FaultOf<T>(Page<T> page) where T : class => page.Items is null
        ? "items must be a list"
        : page.Items.Select(x => FaultOf((object?)x)).FirstOrDefault(x => x is not null);

    private static ProviderUnavailableException Unexpected(HttpStatusCode status, string? error) =>
        new($"The provider answered {(int)status} {error}.");

    public void Dispose() => http.Dispose();

    private sealed record Page<T>(IReadOnlyList<T?>? Items);

    private sealed record Refusal(RefusalError? Error);

    private sealed record RefusalError(string? Code);

    private sealed record Webhook(string? Id, Charge? Charge, Refund? Refund);

    private sealed record Card(string Brand, string Last4, int ExpMonth, int ExpYear);

    private sealed record Charge(
        string Id, string Reference, long Amount, string Currency,
        [property: JsonConverter(typeof(ChargeStateJson))] ChargeState Status, Card? Card, string? DeclineCode, string? NextActionUrl,
        int Attempt = 1)
    {
        /// <summary>What is not valid in it, or null.</summary>
        public string? Fault => SandboxShape.FaultOfId("charge.id", Id) ?? SandboxShape.FaultOfAmount("charge", Amount, Currency)
            ?? SandboxShape.FaultOfCode("charge.declineCode", DeclineCode) ?? SandboxShape.FaultOfUrl("charge.nextActionUrl", NextActionUrl)
            ?? SandboxShape.FaultOfAttempt(Attempt)
            ?? (Card is null ? null : SandboxShape.FaultOfCard(Card.Brand, Card.Last4, Card.ExpMonth, Card.ExpYear));

        public ChargeReport ToReport() =>
            new(Id, Status, new(Amount, Currency), Card is null ? null : new(Card.Brand, Card.Last4, Card.ExpMonth, Card.ExpYear),
                DeclineCode, NextActionUrl, Attempt);
    }

    private sealed record Refund(string Id, string Reference, long Amount, string Currency, string Status, string? Code)
    {
        private const string Made = "succeeded";
        private const string Refused = "failed";

        /// <summary>What is not valid in it, or null.</summary>
        public string? Fault => SandboxShape.FaultOfId("refund.id", Id)
            ?? SandboxShape.FaultOfAmount("refund", Amount, Currency)
            ?? (Status is Made or Refused ? null : $"refund.status must be {Made} or {Refused}")
            ?? SandboxShape.FaultOfCode("refund.code", Code);

        /// <summary>The same, and what does not match the charge.</summary>
        public string? FaultOf(Charge charge) => Fault
            ?? (Currency == charge.Currency ? null : "refund.currency must be that of the charge")
            ?? (Amount <= charge.Amount ? null : "refund.amount must not be more than that of the charge");

        public RefundReport ToReport() => new(Status == Made, new(Amount, Currency), Code);
    }

    private sealed class ChargeStateJson : JsonConverter<ChargeState>
    {
        public override ChargeState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() switch
            {
                "pending" => ChargeState.Pending,
                "requires_action" => ChargeState.ActionRequired,
                "authorized" => ChargeState.Authorised,
                "captured" => ChargeState.Captured,
                "declined" => ChargeState.Declined,
                "voided" => ChargeState.Voided,
                var unknown => throw new JsonException($"'{unknown}' is not a status of a charge."),
            };

        public override void Write(Utf8JsonWriter writer, ChargeState value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Charges are only read, never written.");
    }
}
