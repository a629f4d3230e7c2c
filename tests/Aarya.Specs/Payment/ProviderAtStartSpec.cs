using Aarya.Features.Payment.Options;
using Aarya.Features.Payment.Providers;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Payment;

public sealed class ProviderAtStartSpec : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-sandbox-").FullName;

    [Theory]
    [InlineData("PAYMENT_PROVIDER_URL")]
    [InlineData("PAYMENT_API_KEY", "PAYMENT_PROVIDER_URL=http://127.0.0.1:1")]
    [InlineData("PAYMENT_WEBHOOK_SECRET", "PAYMENT_PROVIDER_URL=http://127.0.0.1:1", "PAYMENT_API_KEY=key")]
    public async Task production_does_not_start_without_a_provider_and_says_what_is_missing(string missing, params string[] settings)
    {
        var (start, _) = At("Production", settings);
        await using var _1 = start;

        var problem = await Assert.ThrowsAsync<StartupException>(() => start.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"{missing} is not set", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task two_nodes_of_one_developer_share_one_sandbox_and_a_restart_finds_it_where_it_was()
    {
        var (first, access) = At("Development");
        await first.StartAsync(TestContext.Current.CancellationToken);
        var (second, shared) = At("Development");
        await second.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(await access.Account, await shared.Account);
        await second.DisposeAsync();
        await first.DisposeAsync();

        var (third, again) = At("Development");
        await third.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(await access.Account, await again.Account);
        await third.DisposeAsync();
    }

    private (ProviderAtStart Start, ProviderAccess Access) At(string environment, params string[] settings)
    {
        var configuration =
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(x => x.Split('=', 2))
                .ToDictionary(x => x[0], x => (string?)x[1]))
                .AddInMemoryCollection([new("DATABASE_URL", "postgres://nobody@127.0.0.1/none"), new("SANDBOX_DATA", folder)]).Build();
        var access = new ProviderAccess();
        return (new(PaymentOptions.From(configuration), access, new ContextDatabases(configuration), new NoServer(),
            new HostingEnvironment { EnvironmentName = environment }, NullLoggerFactory.Instance), access);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() { }
    }
}
