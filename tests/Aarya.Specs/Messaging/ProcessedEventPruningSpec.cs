using Aarya.Features;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Aarya.Specs.Messaging;

public sealed class ProcessedEventPruningSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task what_was_handled_is_remembered_for_longer_than_any_stream_keeps_it()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source =
            NpgsqlDataSource.Create(Host.Services.GetRequiredService<ContextDatabases>().Of(Features.Roles.Payment));
        await using var insert = source.CreateCommand("""
            insert into payment.processed_event(grp, event_id, at) values
              ('payment', gen_random_uuid(), now() - interval '36 days'),
              ('payment', gen_random_uuid(), now() - interval '34 days'),
              ('payment', gen_random_uuid(), now())
            """);
        await insert.ExecuteNonQueryAsync(cancellation);

        var pruning = Host.Services.GetServices<IHostedService>().OfType<ProcessedEventPruning>().Single();
        var pruned = await pruning.PruneAsync(Modules.All.Single(x => x.Role == Features.Roles.Payment), cancellation);

        await using var kept = source.CreateCommand("select count(*) from payment.processed_event where at < now() - interval '30 days'");
        Assert.Equal((1, 1L), (pruned, await kept.ExecuteScalarAsync(cancellation)));
    }
}
