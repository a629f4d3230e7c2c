using Aarya.Infrastructure.Hosting;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

[assembly: JasperFxAssembly]

namespace Aarya.Infrastructure.Postgres;

public sealed class MigrateInput : NetCoreInput
{
    [Description("Change nothing; exit 1 when something is pending")]
    public bool CheckFlag { get; set; }

    [Description("Change nothing; say for each context whether it is current")]
    public bool StatusFlag { get; set; }
}

[Description("Bring the logins, schemas and tables of every hosted context to what the code says", Name = "migrate")]
public sealed class MigrateCommand : JasperFxAsyncCommand<MigrateInput>
{
    public override async Task<bool> Execute(MigrateInput input)
    {
        using var whole = input.BuildHost();
        var contexts = whole.Services.GetRequiredService<ActiveModules>();
        var current = true;
        foreach (var context in contexts.Active)
        {
            // Whatever roles share a process, the first one's schema keeps its node registry. Migrated as if it were
            // alone, every context's schema has one.
            await using var alone = AaryaHost.Build(["migrate", $"--roles={context.Role}"], [.. contexts.Active, .. contexts.Dormant]);
            var migrations = alone.Services.GetRequiredService<Migrations>();
            if (!input.CheckFlag && !input.StatusFlag)
            {
                await migrations.ApplyAsync(CancellationToken.None);
                continue;
            }

            var status = (await migrations.StatusAsync(CancellationToken.None)).Single();
            Console.WriteLine($"{status.Role,-10} {(status.IsCurrent ? "current" : "pending")}");
            if (input.CheckFlag && !status.IsCurrent) Console.WriteLine(status.Pending);
            current &= status.IsCurrent;
        }

        if (!input.CheckFlag && !input.StatusFlag) Console.WriteLine("The database is up to date.");
        return !input.CheckFlag || current;
    }
}
