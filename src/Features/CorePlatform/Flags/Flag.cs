using Aarya.Infrastructure.Flags;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>A feature that can be switched without a deployment; see <see cref="FlagDefinition"/> for what its members mean.</summary>
public sealed class Flag : IVersioned
{
    /// <summary>The name that slices use.</summary>
    public string Id { get; set; } = "";

    public Guid Version { get; set; }

    public string? Description { get; set; }

    public bool Enabled { get; set; }

    public FlagMatch Match { get; set; }

    public double? Percentage { get; set; }

    public IReadOnlyList<string> Roles { get; set; } = [];

    public DateTimeOffset? From { get; set; }

    public DateTimeOffset? Until { get; set; }

    public DateTimeOffset ChangedAt { get; set; }

    public FlagDefinition Define() => new(Id, Enabled, Match, Percentage, Roles, From, Until);
}
