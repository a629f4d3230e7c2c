namespace Aarya.Drill;

/// <summary>One fault: a part was taken down and brought back, and what the shoppers saw of it.</summary>
/// <param name="Down">When the fault began, just before the signal.</param>
/// <param name="Up">When it was started again, or resumed.</param>
/// <param name="Checkout">
/// From <paramref name="Up"/> to the first good checkout that was sent when it was down or later; zero when checkouts went on meanwhile,
/// null when there was none.
/// </param>
/// <param name="Confirmed">The same for the confirmation of such an order.</param>
internal sealed record Fault(Part Part, FaultKind Kind, DateTimeOffset Down, DateTimeOffset Up, TimeSpan? Checkout, TimeSpan? Confirmed)
{
    public string What => Kind switch { FaultKind.Kill => "kill -9", FaultKind.Stop => "stopped", _ => "frozen" };

    /// <summary>From <see cref="Up"/> until the part itself listened again; null when it did not.</summary>
    public required TimeSpan? Listened { get; init; }

    /// <summary>The attempts that were refused or got no answer.</summary>
    public required IReadOnlyList<RefusedAttempt> Refused { get; init; }

    /// <summary>The request that took longest from its first attempt to its answer; null when none took long.</summary>
    public required AnsweredRequest? Slowest { get; init; }

    public TimeSpan LongestWait => Slowest?.Waited ?? TimeSpan.Zero;

    public string RefusedInWords => Refused.Count == 0
        ? "nothing was refused"
        : string.Join(", ", Refused.GroupBy(x => x.Why).OrderByDescending(x => x.Count()).Select(x => $"{x.Count()} x {x.Key}"));
}
