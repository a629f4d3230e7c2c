namespace Aarya.Features.Content.Letters;

/// <summary>Who decides whether letters of a kind are sent.</summary>
public enum LetterChoice
{
    /// <summary>Nobody: the recipient needs it, such as a confirmation or a warning.</summary>
    None,

    /// <summary>The recipient, in the account.</summary>
    Preference,

    /// <summary>The recipient, also by one click in the mail (RFC 8058): it belongs to no order and no account.</summary>
    Unsubscribe,

    /// <summary>The recipient, who must have asked for such mails; one click in a mail stops them.</summary>
    Consent,
}

/// <summary>One kind of news, with a template per language: <c>en/order_packed.liquid</c>.</summary>
public interface ILetterKind
{
    /// <summary>The name of its templates, and the kind of its notifications.</summary>
    string Name { get; }

    /// <summary>The mail contains a link that only its reader may use.</summary>
    bool HoldsLink { get; }

    /// <summary>Who decides whether it is sent.</summary>
    LetterChoice Choice { get; }

    /// <summary>One click in the mail stops mails of this kind.</summary>
    bool HasUnsubscribeLink { get; }

    /// <summary>A complete example of what the templates may name: nothing in it is null.</summary>
    object SampleFacts { get; }
}

/// <inheritdoc cref="ILetterKind"/>
/// <typeparam name="T">What the templates may name: its properties in snake case.</typeparam>
public sealed class LetterKind<T>(string name, T sample) : ILetterKind
    where T : class
{
    public string Name => name;

    public bool HoldsLink { get; init; }

    public LetterChoice Choice { get; init; }

    public bool HasUnsubscribeLink => Choice is LetterChoice.Unsubscribe or LetterChoice.Consent;

    public object SampleFacts => sample;
}
