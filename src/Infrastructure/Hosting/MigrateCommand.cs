using Aarya.Infrastructure.Postgres;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

[assembly: JasperFxAssembly]

namespace Aarya.Infrastructure.Hosting;

public sealed class MigrateInput : NetCoreInput
{
    [Description("Change nothing; exit 1 when something is pending")]
    public bool CheckFlag { get; set; }

    [Description("Change nothing; print for each context whether it is current")]
    public bool StatusFlag { get; set; }
}

[Description("Bring the logins, schemas and tables of every hosted context up to date", Name = "migrate")]
public sealed class MigrateCommand : JasperFxAsyncCommand<MigrateInput>
{
    public override async Task<bool> Execute(MigrateInput input)
    {
        using var whole = input.BuildHost();
        var contexts = whole.Services.GetRequiredService<ActiveModules>();
        var current = true;
        foreach (var context in contexts.Active)
        {
            // Of the roles that share a process, the first one's schema stores its node registry. When each context is
            // migrated as if it were alone, every schema has one.
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
