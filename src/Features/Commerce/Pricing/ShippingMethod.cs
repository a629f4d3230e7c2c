using System.Collections.Frozen;
using Aarya.Features.Addresses;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Pricing;

/// <summary>Countries with the same delivery prices and times.</summary>
public enum DeliveryZone
{
    India,
    SouthAsia,
    Gulf,
    AsiaPacific,
    Europe,
    NorthAmerica,
}

/// <summary>Which zone a country is in. The shop does not deliver to a country without a zone.</summary>
public static class DeliveryZones
{
    private static readonly FrozenDictionary<string, DeliveryZone> ByCountry = new Dictionary<DeliveryZone, string>
    {
        [DeliveryZone.India] = Destination.India,
        [DeliveryZone.SouthAsia] = "BD BT LK MV NP",
        [DeliveryZone.Gulf] = "AE BH KW OM QA SA",
        [DeliveryZone.AsiaPacific] = "AU HK ID JP KR MY NZ PH SG TH TW VN",
        [DeliveryZone.Europe] = "AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK",
        [DeliveryZone.NorthAmerica] = "CA US",
    }.SelectMany(x => x.Value.Split(' ').Select(country => (country, zone: x.Key)))
        .ToFrozenDictionary(x => x.country, x => x.zone, StringComparer.Ordinal);

    /// <param name="country">ISO 3166-1 alpha-2.</param>
    public static DeliveryZone? Of(string country) => ByCountry.TryGetValue(country, out var zone) ? zone : null;
}

/// <summary>What a method costs in one zone, and how long it takes.</summary>
/// <param name="Charge">What it costs, GST included where goods are taxed.</param>
/// <param name="FreeAbove">Delivery is free for goods above this value; null when it is never free.</param>
/// <param name="Estimate">The time from confirmation to delivery.</param>
public sealed record ShippingRate(Money Charge, Money? FreeAbove, string Estimate)
{
    /// <summary>The delivery charge for goods of this value; zero when there are none.</summary>
    public Money PriceFor(Money goods) => goods.Minor == 0 || goods.Minor > FreeAbove?.Minor ? Money.Zero(goods.Currency) : Charge;
}

/// <summary>A method of delivery, for the zones that it has a rate for.</summary>
/// <param name="Id">Its id at checkout.</param>
/// <param name="Name">The name shown to the shopper.</param>
public sealed record ShippingMethod(string Id, string Name, IReadOnlyDictionary<DeliveryZone, ShippingRate> Rates)
{
    public const string NowhereCode = "delivery.not_available";
    public const string OtherMethodCode = "delivery.method_not_available";

    public static ShippingMethod Standard { get; } = new("standard", "Standard delivery", new Dictionary<DeliveryZone, ShippingRate>
    {
        [DeliveryZone.India] = Rate(79, 999, "3-6 days"),
        [DeliveryZone.SouthAsia] = Rate(799, 9_999, "8-14 days"),
        [DeliveryZone.Gulf] = Rate(999, 9_999, "7-12 days"),
        [DeliveryZone.AsiaPacific] = Rate(1_299, 14_999, "8-14 days"),
        [DeliveryZone.Europe] = Rate(1_499, 14_999, "9-16 days"),
        [DeliveryZone.NorthAmerica] = Rate(1_499, 14_999, "9-16 days"),
    });

    public static ShippingMethod Express { get; } = new("express", "Express delivery", new Dictionary<DeliveryZone, ShippingRate>
    {
        [DeliveryZone.India] = Rate(149, null, "1-2 days"),
        [DeliveryZone.Gulf] = Rate(1_999, null, "3-5 days"),
        [DeliveryZone.AsiaPacific] = Rate(2_499, null, "4-6 days"),
        [DeliveryZone.Europe] = Rate(2_999, null, "4-6 days"),
        [DeliveryZone.NorthAmerica] = Rate(2_999, null, "4-6 days"),
    });

    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<ShippingMethod> All { get; } = [Standard, Express];

    public static ShippingMethod? Find(string id) => All.FirstOrDefault(x => x.Id == id);

    /// <summary>The methods that deliver to a country; empty when the shop does not deliver there.</summary>
    public static IReadOnlyList<ShippingMethod> GoingTo(string country) => [.. All.Where(x => x.To(country) is not null)];

    /// <summary>The rate of this method for a country; null when it does not deliver there.</summary>
    public ShippingRate? To(string country) => DeliveryZones.Of(country) is { } zone ? Rates.GetValueOrDefault(zone) : null;

    /// <summary>The message for people when the shop does not deliver to a country.</summary>
    public static string NowhereDetail(string country) => $"The shop does not deliver to {country}.";

    /// <summary>A 409 unless the method delivers to the country.</summary>
    public static ProblemDetails Check(string id, string country)
    {
        if (Find(id)?.To(country) is not null) return WolverineContinue.NoProblems;
        string[] others = [.. GoingTo(country).Select(x => x.Id)];
        var problem = others.Length == 0
            ? Problem.Conflict(NowhereCode, "No delivery to this country", NowhereDetail(country))
            : Problem.Conflict(OtherMethodCode, "Shipping method not available",
                $"The method {id} does not deliver to {country}: choose {string.Join(" or ", others)}.");
        problem.Extensions["country"] = country;
        if (others.Length > 0) problem.Extensions["methods"] = others;
        return problem;
    }

    private static ShippingRate Rate(long charge, long? freeAbove, string estimate) =>
        new(Money.Rupees(charge), freeAbove is { } rupees ? Money.Rupees(rupees) : null, estimate);
}
