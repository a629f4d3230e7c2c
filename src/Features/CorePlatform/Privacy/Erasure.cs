using Aarya.Infrastructure.Security;
using JasperFx.Metadata;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Somebody's being forgotten. Its id is the receipt; when it is done it no longer says whose.</summary>
public sealed class Erasure : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid? UserId { get; set; }

    [Personal]
    public string? Email { get; set; }

    public DateTimeOffset AskedAt { get; set; }

    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>The contexts that have not answered yet.</summary>
    public IReadOnlyList<string> Waiting { get; set; } = [];

    /// <summary>The person's orders, by which entries of streams are known.</summary>
    public IReadOnlyList<Guid> Orders { get; set; } = [];
}

/// <param name="Status">erasing or erased.</param>
/// <param name="Waiting">Who has not finished: a context, or streams. Commerce waits until the last order on its way has ended.</param>
public sealed record ErasureView(Guid Receipt, string Status, IReadOnlyList<string> Waiting, DateTimeOffset AskedAt, DateTimeOffset? DoneAt)
{
    public static ErasureView Of(Erasure x) => new(
        x.Id, x.DoneAt is null ? "erasing" : "erased", x.DoneAt is null && x.Waiting.Count == 0 ? ["streams"] : x.Waiting, x.AskedAt, x.DoneAt);
}
