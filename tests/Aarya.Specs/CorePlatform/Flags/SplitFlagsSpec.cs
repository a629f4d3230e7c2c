using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.CorePlatform.Flags;

using Roles = Features.Roles;

/// <summary>Flags in a shop of six processes, read in each of them.</summary>
public sealed class SplitFlagsSpec
{
    // The program, which prints for every name on its standard input whether that flag is on.
    private const string Main = """
        using Aarya.Features;
        using Aarya.Infrastructure.Flags;
        using Aarya.Infrastructure.Hosting;

        await using var app = AaryaHost.Build(args, Modules.All);
        await app.StartAsync();
        var flags = app.Services.GetRequiredService<IFlags>();
        while (await Console.In.ReadLineAsync() is { } name)
            Console.WriteLine($"{name} is {(await flags.IsOnAsync(name, null, default) ? "on" : "off")}");
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_change_through_the_gateway_is_followed_by_all_six_processes()
    {
        using var program = await StaticProgram.BuildAsync(Main);
        await using var shop = await SplitShop.StartAsync();
        var roles =
            await Task.WhenAll(new[] { ActiveRoles.Gateway }.Concat(Roles.Contexts)
                .Select(x => RoleProcess.StartAsync(x, shop.SettingsOf(x), program.Path)));
        try
        {
            using var client = await shop.StaffAsync("admin");
            foreach (var role in roles) Assert.False(await IsOnAsync(role, "specs.split"));

            foreach (var on in new[] { true, false, true })
            {
                using var changed = await client.PutAsJsonAsync("/api/admin/flags/specs.split", new { enabled = on }, Cancellation);
                Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
                var watch = Stopwatch.StartNew();
                foreach (var role in roles)
                {
                    // CachedFlagsSpec checks the exact times with a clock of its own; this bound leaves room for a busy machine.
                    while (await IsOnAsync(role, "specs.split") != on)
                        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{role.Roles} did not follow:\n{role.Output}");
                }

                TestContext.Current.TestOutputHelper?.WriteLine($"All six followed after {watch.ElapsedMilliseconds} ms.");
            }
        }
        finally
        {
            foreach (var role in roles) await role.DisposeAsync();
        }
    }

    private static async Task<bool> IsOnAsync(RoleProcess role, string name)
    {
        var (on, off) = (role.HearAsync($"{name} is on"), role.HearAsync($"{name} is off"));
        await role.TellAsync(name);
        var heard = await Task.WhenAny(on, off);
        Assert.True(role.IsRunning, role.Output);
        return heard == on;
    }
}
