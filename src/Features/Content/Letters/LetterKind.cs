namespace Aarya.Features.Content.Letters;

/// <summary>One kind of news, with a template per language: <c>en/order_packed.liquid</c>.</summary>
public interface ILetterKind
{
    /// <summary>The name of its templates, and the kind of its notifications.</summary>
    string Name { get; }

    /// <summary>The mail contains a link that only its reader may use.</summary>
    bool HoldsLink { get; }

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

    public object SampleFacts => sample;
}
