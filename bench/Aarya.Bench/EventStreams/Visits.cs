using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Infrastructure.Messaging.Streams;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// What visitors of the bench's shop do: they view its pages and products, search for words of its names, and sometimes check out. Popular
/// products come more often (Zipf).
/// </summary>
internal sealed class Visits
{
    private static readonly JsonSerializerOptions Json =
        new(StreamJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly string[] Sources =
    [
        "direct", "google", "newsletter", "instagram", "facebook", "whatsapp", "youtube", "bing", "affiliate", "pinterest", "app",
        "qr-store", "influencer", "sms", "push", "marketplace", "press", "partner", "diwali-2026", "referral",
    ];

    private static readonly string[] Pages =
        ["/", "/sale", "/new", "/sarees", "/kurtas", "/lehengas", "/men", "/cart", "/account", "/size-guide", "/returns", "/stores"];

    private const int Visitors = 40_000;

    private readonly Random random = new(1);
    private readonly (Guid Id, string Slug, string Name)[] products;

    private Visits((Guid, string, string)[] products) => this.products = products;

    public static async Task<Visits> OfAsync(Shop shop)
    {
        List<(Guid, string, string)> products = [];
        await foreach (var product in Skus.ProductsAsync(shop))
            products.Add(((Guid)product["id"]!, (string)product["slug"]!, (string)product["name"]!));
        return new([.. products]);
    }

    /// <summary>One batch of events, as the storefront of one visitor sends it.</summary>
    public SendEvents Next(int events)
    {
        lock (random)
        {
            var at = DateTimeOffset.UtcNow;
            return new(
                [.. Enumerable.Range(0, events).Select(x => Event(at.AddSeconds(x - events)))], Often(Sources),
                Often<DeviceKind>([DeviceKind.Phone, DeviceKind.Desktop, DeviceKind.Tablet, DeviceKind.Other]));
        }
    }

    /// <summary>The body of a request with the batch.</summary>
    public static string BodyOf(SendEvents batch) => JsonSerializer.Serialize(batch, Json);

    /// <summary>
    /// The address of the visitor with this number. After 40,000 visitors the first comes again: the shop counts 50,000 networks per minute
    /// by themselves.
    /// </summary>
    public static IPAddress AddressOf(int number) => new([11, 0, (byte)(number % Visitors >> 8), (byte)(number % Visitors)]);

    private VisitorEvent Event(DateTimeOffset at) => random.Next(100) switch
    {
        < 15 => new(VisitorEventKind.PageView, at, Path: Often(Pages)),
        < 45 => new(VisitorEventKind.PageView, at, Path: $"/products/{Often(products).Slug}"),
        < 80 => new(VisitorEventKind.ProductView, at, ProductId: Often(products).Id),
        < 92 => Search(at),
        _ => new(VisitorEventKind.CheckoutStep, at, Step: (StorefrontStep)random.Next(4)),
    };

    private VisitorEvent Search(DateTimeOffset at)
    {
        // One search in twenty finds nothing.
        if (random.Next(20) == 0) return new(VisitorEventKind.Search, at, Query: $"style {random.Next(10_000)}", Results: 0);
        var words = Often(products).Name.Split(' ');
        return new(VisitorEventKind.Search, at, Query: string.Join(' ', words.Take(1 + random.Next(2))), Results: 1 + random.Next(60));
    }

    private T Often<T>(T[] choices) => choices[Math.Min((int)Math.Pow(choices.Length + 1, random.NextDouble()) - 1, choices.Length - 1)];
}
