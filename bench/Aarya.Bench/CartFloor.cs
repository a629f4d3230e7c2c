using System.Globalization;
using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Bench;

/// <summary>Reads the body, runs the cart's own script with the arguments of an added line, and answers a fixed text.</summary>
public static class CartFloor
{
    private static readonly byte[] Answer = System.Text.Encoding.UTF8.GetBytes($"{{\"lines\":\"{new string('x', 600)}\"}}");

    public static void Map(WebApplication app, string redisUrl, string skus)
    {
        using var script =
            typeof(Carts).Assembly.GetManifestResourceStream(typeof(Carts).Assembly.GetManifestResourceNames()
                .Single(x => x.EndsWith("change-cart.lua", StringComparison.Ordinal)))!;
        using var reader = new StreamReader(script);
        var lua = reader.ReadToEnd();
        var redis = ConnectionMultiplexer.Connect(RedisConnections.OptionsFor(redisUrl, "floor")).GetDatabase();
        var subjects = Enumerable.Range(0, AddToCart.Guests).Select(_ => $"{Guid.NewGuid()}").ToArray();
        var sku = skus.Split(',');
        var limit = Streams.All.Single(x => x.Name == Streams.Analytics).Bytes;
        var keys = new CartKeys(RedisKeys.OfOneBucket);
        var n = 0;
        app.MapPost("/{**path}", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            var at = (uint)Interlocked.Increment(ref n);
            var subject = subjects[at % AddToCart.Guests];
            var now = DateTimeOffset.UtcNow;
            await redis.ScriptEvaluateAsync(lua,
                [keys.Of(subject), keys.Stream(subject), keys.Changes(subject)],
                ["add", subject, now.ToString("O", CultureInfo.InvariantCulture), now.ToUnixTimeMilliseconds(), 2_592_000L, "", 3_600L,
                    $"{Guid.CreateVersion7(now)}", "", limit, "", "",
                    sku[at / AddToCart.Guests % sku.Length], "129900:INR", 1, "unknown_sku", ShoppingCart.MaxPerLine,
                    ShoppingCart.MaxLines]);
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = Answer.Length;
            await context.Response.Body.WriteAsync(Answer);
        });
    }
}
