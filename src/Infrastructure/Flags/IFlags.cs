using Aarya.Infrastructure.Security;

namespace Aarya.Infrastructure.Flags;

/// <summary>Which features are on, the same in every context and process; a change reaches all of them within two seconds.</summary>
public interface IFlags
{
    /// <summary>
    /// Whether the feature is on for this caller (null: one without a token). A flag that does not exist is off, and every flag is off
    /// until the first read succeeds; while later reads fail, flags keep their values.
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

/// <summary>The source of a program without the context that stores flags: every flag is off.</summary>
internal sealed class NoFlags : IFlagSource
{
    public Task<IReadOnlyList<FlagDefinition>> FetchAsync(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FlagDefinition>>([]);
}
