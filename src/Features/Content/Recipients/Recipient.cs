using JasperFx.Metadata;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// How a shopper wants to be written to. A person without one gets everything, in the language of the order or in English.
/// </summary>
public sealed class Recipient : IVersioned
{
    /// <summary>The account's id, or the guest's.</summary>
    public Guid Id { get; init; }

    public Guid Version { get; set; }

    /// <summary>One of <see cref="Languages"/>; null when the person has not chosen one.</summary>
    public string? Language { get; set; }

    /// <summary>The kinds of letters of which the person wants no mail.</summary>
    public IReadOnlyList<string> NotMailed { get; set; } = [];

    /// <summary>The kinds of letters that the person does not want to find in the account and on the open page.</summary>
    public IReadOnlyList<string> NotShown { get; set; } = [];
}
