using JasperFx.Metadata;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// How a customer wants to be written to. A person without one gets everything, in the language of the order or in English.
/// </summary>
public sealed class Recipient : IVersioned
{
    /// <summary>The account's id.</summary>
    public Guid Id { get; init; }

    public Guid Version { get; set; }

    /// <summary>One of <see cref="Languages"/>; null when the person has not chosen one.</summary>
    public string? Language { get; set; }
}
