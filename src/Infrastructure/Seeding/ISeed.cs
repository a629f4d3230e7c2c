namespace Aarya.Infrastructure.Seeding;

/// <summary>How much to seed.</summary>
public enum SeedSize
{
    /// <summary>A shop that a person can look around in.</summary>
    Demo,

    /// <summary>A catalogue to put load on.</summary>
    Large,
}

/// <summary>One context's part of the demo shop; registered by its module.</summary>
public interface ISeed
{
    /// <summary>Adds what is missing and leaves everything else as it is: people may have worked with it since.</summary>
    /// <returns>Lines for the person who ran the command.</returns>
    Task<IReadOnlyList<string>> PlantAsync(SeedSize size, CancellationToken cancellation);
}
