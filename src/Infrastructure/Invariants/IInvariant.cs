namespace Aarya.Infrastructure.Invariants;

/// <summary>A condition that what one context has stored always meets; registered by its module.</summary>
public interface IInvariant
{
    /// <summary>The condition, in a few words.</summary>
    string Name { get; }

    /// <summary>Reads everything that it is about, and changes nothing.</summary>
    Task<InvariantReport> CheckAsync(CancellationToken cancellation);
}

/// <summary>What an invariant has found.</summary>
/// <param name="Seen">What was checked, such as <c>12 orders</c>; or why nothing was.</param>
/// <param name="Broken">Each violation in one line that names no person; empty when the condition is met.</param>
/// <param name="IsSkipped">Nothing was checked, because what it needs is not there.</param>
public sealed record InvariantReport(string Seen, IReadOnlyList<string> Broken, bool IsSkipped = false);
