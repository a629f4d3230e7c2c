using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.Search;

/// <summary>Events of the catalogue, sent to search as by the stream. Every story has a word of its own in its names.</summary>
public sealed class CatalogueNews(IAlbaHost host)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static int told;

    /// <summary>A word that no other story has, and that is not similar to another story's.</summary>
    public string Word { get; } =
        string.Concat(Guid.NewGuid().ToString("N")[..12].Select(x => (char)('a' + Convert.ToInt32(x.ToString(), 16))));

    public async Task<ProductPublishedNotice> PublishAsync(
        string name, string category = "shirts", long rupees = 1_299, string[]? sizes = null, string[]? colours = null, int available = 5,
        string description = "", long version = 1, Guid? id = null)
    {
        var product = Product(name, category, rupees, sizes, colours, available, description, version, id);
        await TellAsync(product);
        return product;
    }

    public ProductPublishedNotice Product(
        string name, string category = "shirts", long rupees = 1_299, string[]? sizes = null, string[]? colours = null, int available = 5,
        string description = "", long version = 1, Guid? id = null)
    {
        var publishedAt = Start.AddSeconds(Interlocked.Increment(ref told));
        // Equal products are sorted by their ids: two of one millisecond would be in any order.
        var productId = id ?? Guid.CreateVersion7(publishedAt);
        return new(
            productId, version, $"{name.ToLowerInvariant().Replace(' ', '-')}-{productId.ToString()[^6..]}", $"{name} {Word}", description,
            category, ["/pictures/1.svg"],
            [.. from size in sizes ?? ["M"]
                from colour in colours ?? ["Blue"]
                select new PublishedVariant($"{productId:N}-{size}-{colour}", size, colour, Money.Rupees(rupees), available)],
            publishedAt);
    }

    public Task TellAsync(object news) => host.InvokeMessageAndWaitAsync(news);

    public Task StockAsync(PublishedVariant variant, Guid productId, int available, long sequence) =>
        TellAsync(new StockChangedNotice(variant.Sku, productId, available, sequence));
}
