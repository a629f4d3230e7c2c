using Aarya.Infrastructure.Health;
using Elastic.Clients.Elasticsearch;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>PostgreSQL answers searches without it.</summary>
internal sealed class ElasticsearchPart(ElasticsearchClient client) : HealthPart("elasticsearch", vital: false)
{
    public override Task AskAsync(CancellationToken cancellation) => client.PingAsync(cancellation);
}
