using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>All data about a person, collected into one file; deleted when it expires.</summary>
public sealed class PersonalExport : IVersioned
{
    /// <summary>How long the file can be fetched.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>How long collecting the parts may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>The contexts that have to send their part.</summary>
    public static IReadOnlyList<string> Contexts { get; } = [.. Roles.Contexts.Where(x => x != Roles.Core)];

    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid UserId { get; set; }

    public DateTimeOffset AskedAt { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The parts that have come so far, by context, as JSON.</summary>
    [Personal]
    public Dictionary<string, string> Parts { get; set; } = [];

    public IReadOnlyList<string> Gathered { get; set; } = [];

    /// <summary>The hash of the token in the mailed link; the token itself is not stored here.</summary>
    public string? TokenHash { get; set; }

    public bool IsReady => ExpiresAt is not null;

    /// <summary>It can be fetched, or is still being collected.</summary>
    public bool IsGoodAt(DateTimeOffset now) => now < (ExpiresAt ?? AskedAt + Patience);
}

/// <param name="Status">gathering or ready.</param>
/// <param name="Parts">The contexts that have sent their part.</param>
/// <param name="ExpiresAt">Until when the mailed link works.</param>
public sealed record ExportView(Guid Id, string Status, IReadOnlyList<string> Parts, DateTimeOffset AskedAt, DateTimeOffset? ExpiresAt)
{
    public static ExportView Of(PersonalExport x) => new(x.Id, x.IsReady ? "ready" : "gathering", x.Gathered, x.AskedAt, x.ExpiresAt);
}
