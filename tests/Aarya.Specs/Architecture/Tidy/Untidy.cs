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
        "Commerce/Catalog/PublishProduct.cs: 2 endpoints, 0 handlers",
        // The list of mails and one of them.
        "Content/Mailbox/ReadMailbox.cs: 2 endpoints, 0 handlers",
        // The answers of four contexts to one question.
        "CorePlatform/Privacy/FollowErasure.cs: 0 endpoints, 4 handlers",
        "CorePlatform/Privacy/GatherPersonalData.cs: 0 endpoints, 4 handlers",
    ];

    public static readonly string[] Names = [];

    public static readonly string[] WithoutSpec =
    [
        "Commerce/Orders/ForgetOrderLink.cs",
        "Commerce/Orders/HandOverAgain.cs",
        "Payment/Charges/RecordNoCharge.cs",
    ];

    /// <summary>The rules of the analysers demand them beside the operators.</summary>
    public static readonly string[] Unread =
    [
        "Aarya.Features.Money Aarya.Features.Money::Multiply(Aarya.Features.Money,System.Int32)",
        "Aarya.Features.Money Aarya.Features.Money::Subtract(Aarya.Features.Money,Aarya.Features.Money)",
    ];

    public static readonly string[] SharedNames = [];

    public static readonly string[] Cycles =
    [
        "Commerce -> Commerce.Cart",
        "Commerce -> Commerce.Catalog",
        "Commerce -> Commerce.Checkout",
        "Commerce -> Commerce.Inventory",
        "Commerce -> Commerce.Orders",
        "Commerce.Cart -> Commerce",
        "Commerce.Cart -> Commerce.Checkout",
        "Commerce.Catalog -> Commerce",
        "Commerce.Catalog -> Commerce.Catalog.BackOffice",
        "Commerce.Catalog -> Commerce.Catalog.Demo",
        "Commerce.Catalog -> Commerce.Catalog.Pictures",
        "Commerce.Catalog -> Commerce.Inventory",
        "Commerce.Catalog.BackOffice -> Commerce.Catalog",
        "Commerce.Catalog.BackOffice -> Commerce.Inventory",
        "Commerce.Catalog.Demo -> Commerce",
        "Commerce.Catalog.Demo -> Commerce.Catalog",
        "Commerce.Catalog.Demo -> Commerce.Catalog.Pictures",
        "Commerce.Catalog.Demo -> Commerce.Inventory",
        "Commerce.Catalog.Pictures -> Commerce",
        "Commerce.Catalog.Pictures -> Commerce.Catalog",
        "Commerce.Checkout -> Commerce.Cart",
        "Commerce.Checkout -> Commerce.Inventory",
        "Commerce.Checkout -> Commerce.Orders",
        "Commerce.Inventory -> Commerce.Catalog",
        "Commerce.Orders -> Commerce",
        "Commerce.Orders -> Commerce.Cart",
        "Commerce.Orders -> Commerce.Checkout",
        "Commerce.Orders -> Commerce.Inventory",
        "CorePlatform -> CorePlatform.Auth",
        "CorePlatform -> CorePlatform.Flags",
        "CorePlatform -> CorePlatform.Privacy",
        "CorePlatform -> CorePlatform.Sessions",
        "CorePlatform -> CorePlatform.Users",
        "CorePlatform -> CorePlatform.Users.Addresses",
        "CorePlatform.Auth -> CorePlatform.Privacy",
        "CorePlatform.Auth -> CorePlatform.Sessions",
        "CorePlatform.Auth -> CorePlatform.Users",
        "CorePlatform.Auth -> CorePlatform.Users.Addresses",
        "CorePlatform.Flags -> CorePlatform",
        "CorePlatform.Privacy -> CorePlatform.Sessions",
        "CorePlatform.Privacy -> CorePlatform.Users",
        "CorePlatform.Privacy -> CorePlatform.Users.Addresses",
        "CorePlatform.Sessions -> CorePlatform.Users",
        "CorePlatform.Users -> CorePlatform",
        "CorePlatform.Users -> CorePlatform.Auth",
        "CorePlatform.Users -> CorePlatform.Sessions",
        "CorePlatform.Users.Addresses -> CorePlatform.Users",
        "Payment -> Payment.Charges",
        "Payment -> Payment.Fraud",
        "Payment -> Payment.Providers",
        "Payment -> Payment.Refunds",
        "Payment.Charges -> Payment",
        "Payment.Charges -> Payment.Fraud",
        "Payment.Charges -> Payment.Providers",
        "Payment.Charges -> Payment.Refunds",
        "Payment.Fraud -> Payment.Charges",
        "Payment.Providers -> Payment",
        "Payment.Providers -> Payment.Charges",
        "Payment.Refunds -> Payment.Charges",
        "Payment.Refunds -> Payment.Providers",
        "Search -> Search.Index",
        "Search -> Search.Query",
        "Search -> Search.Recommendations",
        "Search.Index -> Search",
        "Search.Index -> Search.Query",
        "Search.Query -> Search",
        "Search.Query -> Search.Index",
        "Search.Recommendations -> Search",
        "Search.Recommendations -> Search.Query",
    ];

    public static readonly string[] FullRooms =
    [
        "src/Features/Commerce/Catalog",
        "src/Features/Commerce/Orders",
        "src/Features/CorePlatform/Auth",
        "src/Features/CorePlatform/Users",
        "src/Features/Payment/Charges",
        "tests/Aarya.Specs/Support",
    ];
}
