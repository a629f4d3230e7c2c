using Aarya.Specs.Caching;
using Aarya.Specs.Commerce.Checkout;
using Aarya.Specs.Commerce.Orders.Effects;
using Aarya.Specs.CorePlatform.Users.Staff;
using Aarya.Specs.Hosting;
using Aarya.Specs.Messaging;
using Aarya.Specs.Postgres;
using Aarya.Specs.Privacy;
using Aarya.Specs.Roles;
using Aarya.Specs.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Aarya.Specs.Support;

/// <summary>The stories that take longest begin first: begun last, they would run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        "aarya", nameof(StreamFaultsSpec), nameof(UndeclaredEventsSpec), nameof(RedisStreamsSpec), nameof(ErasureCrashSpec),
        nameof(ErasureSpec), nameof(AtRestSpec), nameof(MemorySpec), nameof(RedisOutageSpec), nameof(OneOrderPerCartSpec),
        nameof(FirstAdminSpec), nameof(UnpaidOrdersRaceSpec), nameof(CommandsAtOnceSpec), nameof(MigrateSpec), nameof(RolesAloneSpec),
        "whole edge", "payment",
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(PlaceOf)];

    // The collection of a class without a declared one is named after the class.
    private static int PlaceOf<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long,
            x => collection.TestCollectionDisplayName.Contains(x, StringComparison.Ordinal)
                && (x != "aarya" || collection.TestCollectionDisplayName == x));
        return place < 0 ? Long.Length : place;
    }
}
