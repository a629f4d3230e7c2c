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

    // What is like a product is found by a look at every product of its category, so one answer does so for only as many.
    private const int MostLooks = 6;

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
        if (bought.Count > 0) picks.AddLikeViewed(viewed, (limit + 1) / 2, MostLooks / 2);
        picks.AddCompanions(history.BoughtWith([.. bought.Select(x => x.Id)]));
        picks.AddLikeEach(bought);
        picks.AddLikeViewed(viewed, picks.Left, MostLooks);
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
        private int looks = MostLooks;

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

        /// <summary>As many for each of the newest.</summary>
        public void AddLikeEach(List<ShelvedProduct> bought)
        {
            var count = Math.Min(bought.Count, looks);
            for (var i = 0; i < count; i++) AddLike(bought[i], (Left + count - i - 1) / (count - i));
        }

        /// <summary>As many for each of the newest, and no product that was looked at: the shopper has just seen it.</summary>
        public void AddLikeViewed(IReadOnlyList<ShelvedProduct> viewed, int most, int mostLooks)
        {
            var seen = viewed.Select(x => x.Id).ToHashSet();
            var (end, count) = (Math.Min(limit, items.Count + most), Math.Min(viewed.Count, Math.Min(looks, mostLooks)));
            for (var i = 0; i < count; i++)
            {
                AddLike(
                    viewed[i], (end - items.Count + count - i - 1) / (count - i), ReasonKind.Viewed,
                    x => !taken.Contains(x) && !seen.Contains(x));
            }
        }

        private void AddLike(ShelvedProduct product, int most, ReasonKind kind, Func<Guid, bool> isWanted)
        {
            if (most <= 0 || looks == 0) return;
            looks--;
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
