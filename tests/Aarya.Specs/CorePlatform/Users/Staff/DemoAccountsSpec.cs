using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Options;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Staff;
using Aarya.Infrastructure.Seeding;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Aarya.Specs.CorePlatform.Users.Staff;

public sealed class DemoAccountsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task everybody_may_sign_in_with_what_seeding_printed_and_seeding_again_does_no_harm()
    {
        var seed = Accounts(Environments.Development);
        var printed = await seed.PlantAsync(SeedSize.Demo, Cancellation);
        Assert.Equal(printed, await seed.PlantAsync(SeedSize.Demo, Cancellation));

        var people = printed.Skip(1).Select(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(
            [
                ("shopper@aarya.example", "customer"), ("support@aarya.example", "support"),
                ("merchandiser@aarya.example", "merchandiser"), ("admin@aarya.example", "admin"),
            ],
            people.Select(x => (x[0], x[1])));
        var shown = DemoAccounts.InDevelopment(new ConfigurationBuilder().Build());
        Assert.Equal(shown.Select(x => (x.Email, x.Role, x.Password)), people.Select(x => (x[0], x[1], x[2])));
        foreach (var person in people)
        {
            var response = await Host.Scenario(x => x.Post.Json(new LogIn(person[0], person[2])).ToUrl("/api/auth/login"));
            Assert.Equal([person[1]], response.ReadAsJson<SignedIn>()!.User.Roles);
        }
    }

    [Fact]
    public void a_password_of_one_s_own_is_shown_nowhere()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("SEED_PASSWORD", "a-secret-of-mine")]).Build();
        Assert.All(DemoAccounts.InDevelopment(configuration), x => Assert.Equal("that of SEED_PASSWORD", x.Password));
    }

    [Fact]
    public async Task production_has_no_account_with_a_password_that_everybody_knows()
    {
        var refused =
            await Assert.ThrowsAsync<StartupException>(() => Accounts(Environments.Production).PlantAsync(SeedSize.Demo, Cancellation));
        Assert.StartsWith("SEED_PASSWORD is not set", refused.Message, StringComparison.Ordinal);
        var tooShort =
            await Assert.ThrowsAsync<StartupException>(() => Accounts(Environments.Production, "short")
                .PlantAsync(SeedSize.Demo, Cancellation));
        Assert.DoesNotContain("'short'", tooShort.Message, StringComparison.Ordinal);
    }

    private DemoAccounts Accounts(string environment, string? password = null) => new(
        Host.Services.GetRequiredService<ICoreStore>(),
        Host.Services.GetRequiredService<PasswordHasher>(),
        new CoreOptions(
            new ConfigurationBuilder().AddInMemoryCollection([new("SEED_PASSWORD", password)]).Build(),
            new HostingEnvironment { EnvironmentName = environment }),
        TimeProvider.System);
}
