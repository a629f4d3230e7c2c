using System.Diagnostics;
using Aarya.Features.Search.Postgres;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

[assembly: JasperFxAssembly]

namespace Aarya.Features.Search.Index;

[Description("Fill the search index from the catalogue; shoppers can search meanwhile", Name = "reindex")]
public sealed class ReindexCommand : JasperFxAsyncCommand<NetCoreInput>
{
    public override async Task<bool> Execute(NetCoreInput input)
    {
        using var host = input.BuildHost();
        if (host.Services.GetService<Refill>() is not { } refill)
        {
            await Console.Error.WriteLineAsync("aarya: this process does not host search: AARYA_ROLES must name it.");
            return false;
        }

        var turn = host.Services.GetRequiredService<RefillTurn>();
        var watch = Stopwatch.StartNew();
        var since = await turn.NowAsync(CancellationToken.None);
        if (await turn.TakeAsync(since, CancellationToken.None) is { } running)
            return await RefuseAsync($"has been running since {running:u}");
        var (cursor, indexed) = ("", 0);
        do
        {
            (cursor, var products) = await refill.PageAsync(since, cursor, CancellationToken.None);
            indexed += products;
            if (await turn.TakeAsync(since, CancellationToken.None) is not null)
                return await RefuseAsync("replaced this one while it was paused");
        }
        while (cursor.Length > 0);
        var gone = await host.Services.GetRequiredService<ProductIndex>().EndRefillAsync(since, CancellationToken.None);
        await turn.EndAsync(since, CancellationToken.None);
        Console.WriteLine($"Indexed {indexed} products, {gone} are no longer on sale, in {watch.Elapsed.TotalSeconds:0.0} s.");
        return true;
    }

    private static async Task<bool> RefuseAsync(string what)
    {
        await Console.Error.WriteLineAsync(
            $"aarya: another refill of the index {what}: wait for its end. One that was stopped before its end counts as running for "
            + $"{RefillTurn.GivenUpAfter.TotalMinutes:0} more minutes.");
        return false;
    }
}
