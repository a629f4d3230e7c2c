using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.CorePlatform.Auth;

/// <summary>A process with only a new key takes over from one with only the old key, while shoppers shop.</summary>
public sealed class KeyRotationSpec
{
    private const int Shoppers = 4;

    // Shoppers pause, so that the starting process gets a share of the processors.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task nobody_is_signed_out_when_the_signing_key_changes()
    {
        var (old, fresh) = (SigningKey.GeneratePem(), SigningKey.GeneratePem());
        await using var shop = await SplitShop.StartAsync("gateway", "commerce");
        await using var before = await shop.StartRoleAsync("core", ("JWT_SECRET", old));

        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var shoppers = Enumerable.Range(0, Shoppers).Select(_ => new Customer(shop)).ToList();
        var shopping = shoppers.Select(x => Task.Run(() => x.ShopAsync(done.Token))).ToList();
        await RoundsAsync();
        Assert.All(shoppers, x => Assert.Equal(KidOf(old), x.Kid));
        var firstToken = shoppers[0].AccessToken;

        await shop.StartRoleAsync("core", ("JWT_SECRET", fresh), ("AARYA_SOCKET_TAKEOVER", "true"));
        await RoundsAsync();
        await before.StopAsync();
        await RoundsAsync();
        await UntilAsync("every shopper has a token of the new key", () => shoppers.All(x => x.Kid == KidOf(fresh)));
        await RoundsAsync();

        await done.CancelAsync();
        await Task.WhenAll(shopping);
        Assert.Empty(shoppers.SelectMany(x => x.SignedOut));
        // A token of the old key, which no process has now.
        Assert.Equal(HttpStatusCode.OK, await shoppers[0].AskAsync("/api/users/me", firstToken, Cancellation));
        Assert.Equal(HttpStatusCode.OK, await shoppers[0].AskAsync("/api/cart", firstToken, Cancellation));

        async Task RoundsAsync()
        {
            var seen = shoppers.ToDictionary(x => x, x => x.Rounds);
            await UntilAsync("three rounds of every shopper", () => shoppers.All(x => x.Rounds >= seen[x] + 3));
        }

        Task UntilAsync(string what, Func<bool> holds) => Eventually.HoldsAsync(what, holds, TimeSpan.FromSeconds(120),
            () => $"{string.Join(", ", shoppers.SelectMany(x => x.Failures).Distinct())}\n{shop.Role("core").Output}");
    }

    private static string KidOf(string pem) => SigningKey.FromPem(pem).Public.Kid;

    private sealed class Customer(SplitShop shop)
    {
        private readonly HttpClient client = shop.Client();
        private volatile SignedIn? signedIn;
        private int rounds;

        public int Rounds => Volatile.Read(ref rounds);

        public string AccessToken => signedIn!.AccessToken;

        public string? Kid => signedIn is { } has ? new JsonWebToken(has.AccessToken).Kid : null;

        public ConcurrentQueue<string> SignedOut { get; } = [];

        public ConcurrentQueue<string> Failures { get; } = [];

        public async Task ShopAsync(CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    if (signedIn is null) await StartAsync(stop);
                    else if (await LookAroundAsync(stop) && await RefreshAsync(stop)) Interlocked.Increment(ref rounds);
                    await Task.Delay(Pause, stop);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (HttpRequestException e)
                {
                    Failures.Enqueue(e.Message);
                }
            }
        }

        public async Task<HttpStatusCode> AskAsync(string url, string token, CancellationToken cancellation)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Authorization = new("Bearer", token) } };
            using var response = await client.SendAsync(request, cancellation);
            return response.StatusCode;
        }

        private async Task<bool> LookAroundAsync(CancellationToken stop) =>
            Good(await AskAsync("/api/users/me", AccessToken, stop), "me") & Good(await AskAsync("/api/cart", AccessToken, stop), "cart");

        private async Task StartAsync(CancellationToken stop)
        {
            using var response = await client.PostAsync(new Uri("/api/auth/guest", UriKind.Relative), null, stop);
            if (Good(response.StatusCode, "guest")) signedIn = await response.Content.ReadFromJsonAsync<SignedIn>(AaryaJson.Options, stop);
        }

        private async Task<bool> RefreshAsync(CancellationToken stop)
        {
            using var response =
                await client.PostAsJsonAsync("/api/auth/refresh", new RefreshTokens(signedIn!.RefreshToken), AaryaJson.Options, stop);
            if (!Good(response.StatusCode, "refresh")) return false;
            signedIn = await response.Content.ReadFromJsonAsync<SignedIn>(AaryaJson.Options, stop);
            return true;
        }

        private bool Good(HttpStatusCode status, string what)
        {
            if (status == HttpStatusCode.Unauthorized) SignedOut.Enqueue(what);
            else if (status != HttpStatusCode.OK) Failures.Enqueue($"{what}: {status}");
            return status == HttpStatusCode.OK;
        }
    }
}
