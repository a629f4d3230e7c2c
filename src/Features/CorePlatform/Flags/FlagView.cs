using System.Text.Json;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Http;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>A flag as staff see it.</summary>
public sealed record FlagView(
    string Name, string? Description, bool Enabled, FlagMatch Match, double? Percentage, IReadOnlyList<string>? Roles, DateTimeOffset? From,
    DateTimeOffset? Until, DateTimeOffset ChangedAt)
{
    public static FlagView Of(Flag x) =>
        new(x.Id, x.Description, x.Enabled, x.Match, x.Percentage, x.Roles is { Count: > 0 } roles ? roles : null, x.From,
            x.Until, x.ChangedAt);

    /// <summary>The answer with its ETag, which a change sends back to name the version that it was made from.</summary>
    internal ReadyAnswer Answer() => ReadyAnswer.Json(JsonSerializer.SerializeToUtf8Bytes(this, AaryaJson.Options));
}
