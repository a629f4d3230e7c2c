using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.CorePlatform.Users.Staff;

[Description("Name the first administrator of a shop that has none", Name = "admin")]
public sealed class AdminCommand : JasperFxAsyncCommand<AccountInput>
{
    public AdminCommand() => Usage("admin create EMAIL").Arguments(x => x.Action, x => x.Email);

    public override async Task<bool> Execute(AccountInput input)
    {
        if (input.Action != "create")
        {
            await Console.Error.WriteLineAsync($"aarya: '{input.Action}' is not an action of admin: use admin create EMAIL.");
            return false;
        }

        using var host = input.BuildHost();
        if (host.Services.GetService<FirstAdmin>() is not { } admins)
        {
            await Console.Error.WriteLineAsync("aarya: this process does not host core: AARYA_ROLES must name it.");
            return false;
        }

        await host.PrepareDatabaseAsync(CancellationToken.None);
        // As a serving process does at its start.
        await host.Services.GetRequiredService<MailedLinks>().StartAsync(CancellationToken.None);
        await host.Services.GetRequiredService<AccountKey>().StartAsync(CancellationToken.None);
        var link = await admins.NameAsync(input.Email, CancellationToken.None);
        Console.WriteLine("This link sets the administrator's password. It works once, within an hour, for anyone who has it:");
        Console.WriteLine(link);
        return true;
    }
}
