namespace Aarya.Infrastructure.Seeding;

/// <summary>How much to seed.</summary>
public enum SeedSize
{
    /// <summary>A small shop to explore.</summary>
    Demo,

    /// <summary>Enough data for load tests.</summary>
    Large,
}

/// <summary>One context's part of the demo shop; registered by its module.</summary>
public interface ISeed
{
    /// <summary>Adds what is missing and leaves everything else as it is: it may have been edited since.</summary>
    /// <returns>Lines to print for the user of the command.</returns>
    Task<IReadOnlyList<string>> PlantAsync(SeedSize size, CancellationToken cancellation);
}
