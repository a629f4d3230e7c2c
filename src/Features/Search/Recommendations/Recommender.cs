using Aarya.Features.Search.Postgres;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// Recommends products: similar ones, ones that others bought together, and ones that sell. Each is in stock, and the shopper has not
/// bought it in the last half year.
/// </summary>
public sealed class Recommender(Shelf shelf, Purchases purchases, Views views, TimeProvider time)
{
    // Of a shopper's purchases, the newest count.
    private const int MostBought = 20;

    /// <summary>Products like this one, the most similar first; null when it is not on sale.</summary>
    public async Task<IReadOnlyList<Recommendation>?> RelatedAsync(
        string idOrSlug, Guid? subject, int limit, CancellationToken cancellation)
    {
        var picks = await PicksAsync(subject, limit, cancellation);
        if (picks.Now.Find(idOrSlug) is not { } product) return null;
        picks.AddLike(product, limit);
        return picks.Items;
    }

    /// <summary>Products that shoppers buy with this one more often than by chance; null when it is not on sale.</summary>
    public async Task<IReadOnlyList<Recommendation>?> BoughtTogetherAsync(
        string idOrSlug, Guid? subject, int limit, CancellationToken cancellation)
    {
        var picks = await PicksAsync(subject, limit, cancellation);
        if (picks.Now.Find(idOrSlug) is not { } product) return null;
        picks.AddCompanions(purchases.Now.BoughtWith(product.Id));
        return picks.Items;
    }

    /// <summary>What sells at present.</summary>
    public async Task<IReadOnlyList<Recommendation>> TrendingAsync(Guid? subject, int limit, CancellationToken cancellation)
    {
        var picks = await PicksAsync(subject, limit, cancellation);
        picks.AddTrending(purchases.Now.Trending(time.GetUtcNow()));
        return picks.Items;
    }

    /// <summary>
    /// Products for a person: first what is like those that the person has looked at, up to a half where the person has bought something;
    /// then what others bought with the person's purchases, then what is like them, as many for each, then what sells, then what is new.
    /// </summary>
    public async Task<IReadOnlyList<Recommendation>> ForAsync(Guid? subject, int limit, CancellationToken cancellation)
    {
        var picks = await PicksAsync(subject, limit, cancellation);
        var history = purchases.Now;
        var bought = picks.Bought.Select(picks.Now.Find).OfType<ShelvedProduct>().Take(MostBought).ToList();
        var viewed = await ViewedAsync(subject, picks);
        picks.AddLikeViewed(viewed, bought.Count > 0 ? (limit + 1) / 2 : limit);
        picks.AddCompanions(history.BoughtWith([.. bought.Select(x => x.Id)]));
        for (var i = 0; i < bought.Count; i++)
            picks.AddLike(bought[i], (picks.Left + bought.Count - i - 1) / (bought.Count - i));
        picks.AddLikeViewed(viewed, picks.Left);
        picks.AddTrending(history.Trending(time.GetUtcNow()));
        picks.AddNew();
        return picks.Items;
    }

    // What the person has bought says more about what it is like than a look at it.
    private async Task<IReadOnlyList<ShelvedProduct>> ViewedAsync(Guid? subject, Picks picks) => subject is { } id
        ? [.. (await views.OfAsync(id)).Except(picks.Bought).Select(picks.Now.Find).OfType<ShelvedProduct>()]
        : [];

    private async Task<Picks> PicksAsync(Guid? subject, int limit, CancellationToken cancellation)
    {
        var view = await shelf.ViewAsync(cancellation);
        return new(view.Now, subject is { } id ? await purchases.BoughtByAsync(id, cancellation) : [], limit);
    }

    /// <summary>The products that were picked so far, each once and none that the shopper has.</summary>
    private sealed class Picks(ProductsOnSale.State now, IReadOnlyList<Guid> bought, int limit)
    {
        private readonly HashSet<Guid> taken = [.. bought];
        private readonly List<Recommendation> items = new(limit);

        public ProductsOnSale.State Now => now;

        /// <summary>What the shopper bought, the newest first.</summary>
        public IReadOnlyList<Guid> Bought => bought;

        public IReadOnlyList<Recommendation> Items => items;

        /// <summary>How many more are wanted.</summary>
        public int Left => limit - items.Count;

        private void Add(Guid id, Reason because)
        {
            if (items.Count < limit && now.Find(id) is { InStock: true } product && taken.Add(id))
                items.Add(Recommendation.Of(product.ToHit(), because));
        }

        public void AddCompanions(IReadOnlyList<Companion> companions)
        {
            foreach (var (id, with, _) in companions)
            {
                Add(id, new(ReasonKind.BoughtTogether, with, now.Find(with)?.Name));
                if (items.Count == limit) return;
            }
        }

        public void AddLike(ShelvedProduct product, int most) => AddLike(product, most, ReasonKind.Related, x => !taken.Contains(x));

        /// <summary>As many for each, and none of them itself: the shopper has just seen it.</summary>
        public void AddLikeViewed(IReadOnlyList<ShelvedProduct> viewed, int most)
        {
            var seen = viewed.Select(x => x.Id).ToHashSet();
            var end = Math.Min(limit, items.Count + most);
            for (var i = 0; i < viewed.Count; i++)
            {
                AddLike(
                    viewed[i], (end - items.Count + viewed.Count - i - 1) / (viewed.Count - i), ReasonKind.Viewed,
                    x => !taken.Contains(x) && !seen.Contains(x));
            }
        }

        private void AddLike(ShelvedProduct product, int most, ReasonKind kind, Func<Guid, bool> isWanted)
        {
            if (most <= 0) return;
            foreach (var like in RelatedProducts.Of(product, now, isWanted, most)) Add(like.Id, new(kind, product.Id, product.Name));
        }

        public void AddTrending(IEnumerable<Guid> trending)
        {
            if (items.Count == limit) return;
            foreach (var id in trending)
            {
                Add(id, new(ReasonKind.Trending));
                if (items.Count == limit) return;
            }
        }

        public void AddNew()
        {
            if (items.Count == limit) return;
            foreach (var id in now.NewestInStock(limit + taken.Count)) Add(id, new(ReasonKind.New));
        }
    }
}
