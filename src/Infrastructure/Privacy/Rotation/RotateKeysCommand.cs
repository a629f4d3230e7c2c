using Aarya.Infrastructure.Postgres;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Infrastructure.Privacy.Rotation;

[Description("Seal all stored data with the first key of ENCRYPTION_KEY; exit 1 while something still needs another key",
    Name = "rotate-keys")]
public sealed class RotateKeysCommand : JasperFxAsyncCommand<NetCoreInput>
{
    public override async Task<bool> Execute(NetCoreInput input)
    {
        using var host = input.BuildHost();
        // Of two runs at once, each would report the rows that the other one has locked as left.
        await using var turn = await host.Services.GetRequiredService<CommandTurn>().TryTakeAsync("rotate-keys", CancellationToken.None);
        if (turn is null) return false;
        List<Rotated> all = [];
        await foreach (var place in host.Services.GetRequiredService<KeyRotation>().RunAsync(CancellationToken.None))
        {
            all.Add(place);
            if (place.Renewed > 0) Console.WriteLine($"{place.Place,-40} {place.Renewed,8} sealed again");
            if (place.Left > 0) Console.WriteLine($"{place.Place,-40} {place.Left,8} left under other keys: {place.Why}");
        }

        var key = host.Services.GetRequiredService<Sealer>().Keys.First.Id;
        Console.WriteLine(all.All(x => x.Left == 0)
            ? $"Everything is sealed with {key}: the other keys can be dropped."
            : "Keep the other keys and run this again.");
        return all.All(x => x.Left == 0);
    }
}
