namespace Aarya.Specs.Architecture.Tidy;

/// <summary>What <see cref="TidySpec"/> lets pass. The lists may only shrink: an entry that is tidy by now fails the spec, too.</summary>
internal static class Untidy
{
    /// <summary>One use case with two routes or with several events, whose parts mean nothing alone.</summary>
    public static readonly string[] Pairs =
    [
        // A picture in the product's first colour or in a given one.
        "Commerce/Catalog/Pictures/GetPicture.cs: 2 endpoints, 0 handlers",
        // On sale and off sale.
        "Commerce/Catalog/BackOffice/PublishProduct.cs: 2 endpoints, 0 handlers",
        // The list of mails and one of them.
        "Content/Mailbox/ReadMailbox.cs: 2 endpoints, 0 handlers",
        // The answers of four contexts to one question.
        "CorePlatform/Privacy/FollowErasure.cs: 0 endpoints, 4 handlers",
        "CorePlatform/Privacy/GatherPersonalData.cs: 0 endpoints, 4 handlers",
    ];

    public static readonly string[] Names = [];

    public static readonly string[] WithoutSpec = [];

    public static readonly string[] Unread =
    [
        // Specs judge by them what is kept, or compare them with a list from outside.
        "System.Collections.Generic.IReadOnlyCollection`1<System.String> Aarya.Infrastructure.Http.Violations::Known()",
        "System.Collections.Generic.IReadOnlyList`1<Aarya.Features.Addresses.IndianState> Aarya.Features.Addresses.IndianState::All()",
        "System.Int32 Aarya.Infrastructure.Caching.ReadyAnswers::Count()",
        "System.Int32 Aarya.Infrastructure.Rates.LocalRates::Count()",
        "System.Int64 Aarya.Infrastructure.Caching.CacheBudget::Bytes()",
        "System.ReadOnlyMemory`1<System.Byte> Aarya.Infrastructure.Caching.ReadyAnswer::Body()",
        // The rules of the analysers demand them beside the operators.
        "Aarya.Features.Money Aarya.Features.Money::Multiply(Aarya.Features.Money,System.Int32)",
        "Aarya.Features.Money Aarya.Features.Money::Subtract(Aarya.Features.Money,Aarya.Features.Money)",
    ];

    public static readonly string[] SharedNames = [];

    public static readonly string[] Cycles = [];

    public static readonly string[] FullRooms = [];
}
