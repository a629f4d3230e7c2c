using Aarya.Infrastructure.Security;

namespace Aarya.Infrastructure.Flags;

/// <summary>Which features are on, in every context and process alike; a change is known everywhere within two seconds.</summary>
public interface IFlags
{
    /// <summary>
    /// Whether the feature is on for this caller (null: somebody without a token). A flag that does not exist is off, and so is every
    /// flag that could never be read; while they cannot be read again they stay as they were.
    /// </summary>
    ValueTask<bool> IsOnAsync(string name, Caller? caller, CancellationToken cancellation);

    /// <summary>Every flag's name, and whether it is on for this caller.</summary>
    ValueTask<IReadOnlyDictionary<string, bool>> AllAsync(Caller? caller, CancellationToken cancellation);
}

/// <summary>Where a process reads the flags from.</summary>
public interface IFlagSource
{
    Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation);
}

/// <summary>A program made without the context that keeps flags has none: everything is off.</summary>
internal sealed class NoFlags : IFlagSource
{
    public Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FlagDefinition>>([]);
}
