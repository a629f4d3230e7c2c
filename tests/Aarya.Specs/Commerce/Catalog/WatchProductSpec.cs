using System.Text.Json;
using System.Threading.Channels;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.Commerce.Catalog;

public sealed class WatchProductSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task anybody_who_watches_a_product_sees_its_stock_change()
    {
        var kurta = await GivenAsync(Kurta(stock: 5));
        await using var line = await ConnectAsync();
        var news = Channel.CreateUnbounded<JsonElement>();
        line.On<JsonElement>("product", x => news.Writer.TryWrite(x));
        await line.InvokeAsync("WatchProduct", kurta.Id, Cancel);

        await Adjust(Sku("S"), 3);

        var told = await ReadAsync(x => Available(x) == 8);
        Assert.Equal((kurta.Id, true), (told.GetProperty("id").GetGuid(), told.GetProperty("published").GetBoolean()));
        await Adjust(Sku("S"), -1);
        var later = await ReadAsync(x => Available(x) == 7);
        Assert.True(Version(later) > Version(told));
        Assert.Equal((129_900, "INR"), (Price(told).GetProperty("amount").GetInt64(), Price(told).GetProperty("currency").GetString()));

        static JsonElement Price(JsonElement x) => x.GetProperty("variants")[0].GetProperty("price");

        static long Version(JsonElement x) => x.GetProperty("version").GetInt64();

        static int Available(JsonElement x) => x.GetProperty("variants")[0].GetProperty("available").GetInt32();

        async Task<JsonElement> ReadAsync(Func<JsonElement, bool> wanted)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(30));
            await foreach (var x in news.Reader.ReadAllAsync(patience.Token))
            {
                if (wanted(x)) return x;
            }

            throw new InvalidOperationException("The line was closed.");
        }
    }

    [Fact]
    public async Task one_connection_watches_a_hundred_products_at_most()
    {
        await using var line = await ConnectAsync();
        var watched = Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var id in watched) await line.InvokeAsync("WatchProduct", id, Cancel);

        await Assert.ThrowsAsync<HubException>(() => line.InvokeAsync("WatchProduct", Guid.CreateVersion7(), Cancel));
        await line.InvokeAsync("WatchProduct", watched[0], Cancel);
        await line.InvokeAsync("UnwatchProduct", watched[0], Cancel);
        await line.InvokeAsync("WatchProduct", Guid.CreateVersion7(), Cancel);
    }

    private async Task<HubConnection> ConnectAsync()
    {
        var line = new HubConnectionBuilder().WithUrl(new Uri(Host.Server.BaseAddress, "/hubs/storefront"), x =>
        {
            x.HttpMessageHandlerFactory = _ => Host.Server.CreateHandler();
            x.Transports = HttpTransportType.LongPolling;
        }).Build();
        await line.StartAsync(Cancel);
        return line;
    }
}
