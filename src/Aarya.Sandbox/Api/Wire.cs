using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Api;

internal static class Wire
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
    };

    public static IResult Refuse(Refusal refusal) =>
        Results.Json(new { error = new { refusal.Code, refusal.Message } }, Json, statusCode: refusal.Status);

    public static IResult Refuse(int status, string code, string message) => Refuse(new(status, code, message));

    public static IResult Answer(object body, int status = StatusCodes.Status200OK) => Results.Json(body, Json, statusCode: status);
}

internal sealed record ChargeView(
    string Id, string Reference, long Amount, string Currency, ChargeStatus Status, long Captured, long Refunded, int Version,
    DateTimeOffset CreatedAt,
    Card? Card, string? DeclineCode, string? NextActionUrl, int Attempt)
{
    public static ChargeView Of(Charge charge, string publicUrl) => new(
        charge.Id, charge.Reference, charge.Amount, charge.Currency, charge.Status, charge.Captured, charge.Refunded,
        charge.Version, charge.CreatedAt,
        charge.Card, charge.DeclineCode, charge.Status == ChargeStatus.RequiresAction ? $"{publicUrl}/challenge/{charge.Id}" : null,
        charge.Attempt);
}

internal sealed record WebhookView(string Id, string Type, DateTimeOffset CreatedAt, ChargeView Charge, Refund? Refund)
{
    public static WebhookView Of(Notice notice, string publicUrl) =>
        new(notice.EventId, notice.Type, notice.At, ChargeView.Of(notice.Charge, publicUrl), notice.Refund);
}

internal sealed record ChargeRequest(
    string? Reference, long? Amount, string? Currency, string? Token, bool Capture = true, int Attempt = 1);

internal sealed record RefundRequest(string? ChargeId, long? Amount, string? Reference);

internal sealed record ChallengeAnswer(string? Result);
