using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Infrastructure.Invariants;

[Description("Check what must hold in everything that is stored; change nothing; exit 1 when something does not hold", Name = "invariants")]
public sealed class InvariantsCommand : JasperFxAsyncCommand<NetCoreInput>
{
    // The rest of a long list says nothing new.
    private const int MostLines = 10;

    public override async Task<bool> Execute(NetCoreInput input)
    {
        using var host = input.BuildHost();
        var holds = true;
        foreach (var invariant in host.Services.GetServices<IInvariant>())
        {
            var report = await invariant.CheckAsync(CancellationToken.None);
            var result = report.IsSkipped ? "none" : report.Broken.Count == 0 ? "ok" : "fail";
            Console.WriteLine($"  {result,-5} {invariant.Name}: {report.Seen}");
            foreach (var line in report.Broken.Take(MostLines)) Console.WriteLine($"        {line}");
            if (report.Broken.Count > MostLines) Console.WriteLine($"        and {report.Broken.Count - MostLines} more");
            holds &= report.Broken.Count == 0;
        }

        return holds;
    }
}
