using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Aarya.Bench.Soak;

/// <summary>Guests who buy in turn: each puts two lines into the cart and checks out, again and again.</summary>
internal sealed class Buyers(Shop shop, string[] skus, int pool)
{
    // A token is valid for 15 minutes.
    private static readonly TimeSpan TokenUsed = TimeSpan.FromMinutes(12);

    private readonly ConcurrentDictionary<int, Buyer> known = new();
    private int acknowledged;
    private int failed;

    /// <summary>How many guests there are once each has bought.</summary>
    public int Pool => pool;

    public int Acknowledged => acknowledged;

    public int Failed => failed;

    /// <summary>The error of the latest purchase that failed; null if none did.</summary>
    public string? Failure { get; private set; }

    /// <summary>Begins purchases at this rate, however long each takes, until the time is over and all have ended.</summary>
    public async Task BuyAsync(int perSecond, CancellationToken ended)
    {
        List<Task> buying = [];
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; !ended.IsCancellationRequested; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / perSecond) - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            buying.Add(BuyAsync(i));
            if (i % perSecond == 0) buying.RemoveAll(x => x.IsCompleted);
        }

        await Task.WhenAll(buying);
    }

    private async Task BuyAsync(int number)
    {
        var place = number % pool;
        try
        {
            var buyer = await SignedInAsync(place);
            for (var line = 0; line < 2; line++)
            {
                var sku = skus[(number * 2 + line) % skus.Length];
                await shop.PostAsync("/api/cart/items", new { sku, quantity = 1 }, buyer.Token, buyer.Address);
            }

            using var order = new StringContent(Checkout.JsonOf(place), new MediaTypeHeaderValue("application/json"));
            await shop.SendAsync(HttpMethod.Post, "/api/checkout", order, buyer.Token, $"{Guid.NewGuid()}", buyer.Address);
            Interlocked.Increment(ref acknowledged);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or TaskCanceledException)
        {
            Interlocked.Increment(ref failed);
            Failure = e.Message;
        }
    }

    private async Task<Buyer> SignedInAsync(int place)
    {
        var address = Checkout.AddressOf(place);
        if (!known.TryGetValue(place, out var buyer))
        {
            var tokens = await shop.PostAsync("/api/auth/guest", new { }, address: address);
            return known[place] = Buyer.Of(tokens, address);
        }

        if (Stopwatch.GetElapsedTime(buyer.Since) < TokenUsed) return buyer;
        var refreshed = await shop.PostAsync("/api/auth/refresh", new { refreshToken = buyer.RefreshToken }, address: address);
        return known[place] = Buyer.Of(refreshed, address);
    }

    private sealed record Buyer(string Token, string RefreshToken, string Address, long Since)
    {
        public static Buyer Of(JsonNode tokens, string address) =>
            new((string)tokens["accessToken"]!, (string)tokens["refreshToken"]!, address, Stopwatch.GetTimestamp());
    }
}
