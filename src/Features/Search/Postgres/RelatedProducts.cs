using System.Buffers;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <summary>Finds products that are like another: of its category, with words of its name, in its colours, at nearly its price.</summary>
internal static class RelatedProducts
{
    // A word that more products have says little, and would make too many of them candidates.
    private const int MostOfWord = 2_000;

    private const float Colours = 0.3f;

    // What a price counts that is twice or half as high. Less than a category: the products of one are always like each other.
    private const float Price = 0.5f;
    private const float MostPrice = 0.9f;

    /// <summary>Those in stock, the most similar first.</summary>
    /// <param name="isWanted">False for products that must not be among them.</param>
    public static IEnumerable<ShelvedProduct> Of(
        ShelvedProduct product, ProductsOnSale.State now, Func<Guid, bool> isWanted, int limit)
    {
        var columns = now.Columns;
        var inCategory = columns.Categories.Having(new HashSet<int> { product.Category.Key });
        var inColours = columns.Colours.Having(product.Variants.Select(x => x.Colour.Key).ToHashSet());
        var candidates = new SlotSet(inCategory, columns.Capacity);
        var shares = ArrayPool<float>.Shared.Rent(columns.Capacity);
        try
        {
            Array.Clear(shares);
            AddWords(product, now, candidates, shares);
            candidates.Keep(now.OnSale);
            candidates.Keep(columns.InStock);
            var price = MathF.Log2(Math.Max(1, product.Cheapest.Price));
            var best = new PriorityQueue<int, (float, long)>(limit);
            foreach (var slot in candidates)
            {
                if (columns.Ids[slot] == product.Id || !isWanted(columns.Ids[slot])) continue;
                var likeness = shares[slot] + (inCategory.Has(slot) ? 1 : 0) + (inColours.Has(slot) ? Colours : 0)
                    - Math.Min(MostPrice, Price * Math.Abs(MathF.Log2(Math.Max(1, columns.LowestPrices[slot])) - price));
                if (likeness <= 0) continue;
                // Of equals the newest.
                var priority = (likeness, columns.PublishedTicks[slot]);
                if (best.Count < limit) best.Enqueue(slot, priority);
                else best.EnqueueDequeue(slot, priority);
            }

            var slots = new int[best.Count];
            for (var at = slots.Length - 1; at >= 0; at--) slots[at] = best.Dequeue();
            return slots.Select(x => columns.Products[x]);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(shares);
        }
    }

    // The part of the words of its name that a product has, too; a rare word counts more.
    private static void AddWords(ShelvedProduct product, ProductsOnSale.State now, SlotSet candidates, float[] shares)
    {
        var words = Words.Telling(Words.Of(product.Name)).SelectMany(x => x.Parts)
            .Select(x => now.Words.Find(EnglishStem.Of(x))).Where(x => x >= 0).Distinct().ToList();
        var all = words.Sum(RarityOf);
        foreach (var word in words)
        {
            var share = RarityOf(word) / all;
            var isRare = now.Words[word].Length <= MostOfWord;
            foreach (var posting in now.Words[word])
            {
                if ((WordPlaces.In(posting.Places) & (WordPlaces.Name | WordPlaces.Category)) == 0) continue;
                shares[posting.Slot] += share;
                if (isRare) candidates.Add(posting.Slot);
            }
        }

        float RarityOf(int word) => MathF.Log(1 + ((float)now.Columns.Capacity / now.Words[word].Length));
    }
}
