using System.Text.Json.Serialization;

namespace Aarya.Sandbox.Truth;

/// <summary>The state of a charge. Captured, declined and voided are final.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChargeStatus>))]
public enum ChargeStatus
{
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("requires_action")] RequiresAction,
    [JsonStringEnumMemberName("authorized")] Authorized,
    [JsonStringEnumMemberName("captured")] Captured,
    [JsonStringEnumMemberName("declined")] Declined,
    [JsonStringEnumMemberName("voided")] Voided,
}

public sealed record Card(string Brand, string Last4, int ExpMonth, int ExpYear);

public sealed record Charge
{
    public required string Id { get; init; }
    public required string Reference { get; init; }
    public required long Amount { get; init; }
    public required string Currency { get; init; }
    public required ChargeStatus Status { get; init; }
    public required bool Capture { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public Card? Card { get; init; }
    public string? DeclineCode { get; init; }
    public bool RefusesRefunds { get; init; }
    public DateTimeOffset? ClearsAt { get; init; }
    public long Refunded { get; init; }

    /// <summary>The caller's number for this charge among several with the same reference.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Increases with every change, so that a reader can recognise outdated notices.</summary>
    public int Version { get; init; } = 1;

    public long Captured => Status == ChargeStatus.Captured ? Amount : 0;

    public long Refundable => Captured - Refunded;
}

[JsonConverter(typeof(JsonStringEnumConverter<RefundStatus>))]
public enum RefundStatus
{
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
}

public sealed record Refund(string Id, string ChargeId, string Reference, long Amount, string Currency, RefundStatus Status, string? Code,
    DateTimeOffset CreatedAt);
