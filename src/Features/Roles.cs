namespace Aarya.Features;

/// <summary>The roles of the contexts, which are also the names of their schemas; see docs/architecture.md.</summary>
public static class Roles
{
    public const string Core = "core";
    public const string Commerce = "commerce";
    public const string Payment = "payment";
    public const string Content = "content";
    public const string Search = "search";

    public static IReadOnlyList<string> Contexts { get; } = [Core, Commerce, Payment, Content, Search];
}
