using System.Diagnostics;
using Aarya.Infrastructure.Postgres;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Seeding;

public sealed class SeedInput : NetCoreInput
{
    [Description("demo: a small shop to explore; large: enough data for load tests")]
    public string SizeFlag { get; set; } = "demo";
}

[Description("Fill the demo shop; existing data stays as it is", Name = "seed")]
public sealed class SeedCommand : JasperFxAsyncCommand<SeedInput>
{
    public override async Task<bool> Execute(SeedInput input)
    {
        if (!Enum.TryParse<SeedSize>(input.SizeFlag, ignoreCase: true, out var size) || !Enum.IsDefined(size))
        {
            await Console.Error.WriteLineAsync($"aarya: --size is '{input.SizeFlag}': it must be demo or large.");
            return false;
        }

        using var host = input.BuildHost();
        var watch = Stopwatch.StartNew();
        // A developer's database follows the code here, too, so that `seed` can be the first command.
        if (!host.Services.GetRequiredService<IHostEnvironment>().IsProduction()
            && host.Services.GetService<Migrations>() is { } migrations)
            await migrations.ApplyUnlessRecordedAsync(CancellationToken.None);
        foreach (var seed in host.Services.GetServices<ISeed>())
        {
            foreach (var line in await seed.PlantAsync(size, CancellationToken.None)) Console.WriteLine(line);
        }

        Console.WriteLine($"Seeded in {watch.Elapsed.TotalSeconds:0.0} s.");
        return true;
    }
}
