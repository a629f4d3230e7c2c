using System.Globalization;
using Aarya.Infrastructure.Outages;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Core.Bulk;
using Elastic.Transport;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Writes products in requests of a bounded size. What Elasticsearch refuses for the moment is sent again after a pause, and nothing else.
/// </summary>
internal sealed partial class BulkWriter(ElasticsearchClient client, TimeProvider time, ILogger log)
{
    private const int MostDocuments = 500;

    // Characters of the longest fields: some 5 MB.
    private const int MostCharacters = 2_000_000;

    private const int Attempts = 8;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Writes each product to each of the indices.</summary>
    /// <returns>The products of which an index has a higher version.</returns>
    /// <exception cref="ElasticsearchRefusesException">Elasticsearch kept refusing, or has no such index.</exception>
    public async Task<IReadOnlyCollection<ChangedProduct>> WriteAsync(
        IReadOnlyList<ChangedProduct> products, IReadOnlyList<string> indices, CancellationToken cancellation)
    {
        HashSet<ChangedProduct> outdated = [];
        foreach (var batch in Batches(products.SelectMany(x => indices.Select(y => new Write(x, y, DocumentOf(x))))))
            await WriteBatchAsync(batch, outdated, cancellation);
        return outdated;
    }

    private static IndexedProduct DocumentOf(ChangedProduct x) =>
        x.Product is { } product ? IndexedProduct.Of(product) : IndexedProduct.Withdrawn(x.Id);

    private static IEnumerable<IReadOnlyList<Write>> Batches(IEnumerable<Write> writes)
    {
        List<Write> batch = [];
        var characters = 0;
        foreach (var write in writes)
        {
            if (batch.Count == MostDocuments || (batch.Count > 0 && characters + write.Characters > MostCharacters))
            {
                yield return batch;
                (batch, characters) = ([], 0);
            }

            batch.Add(write);
            characters += write.Characters;
        }

        if (batch.Count > 0) yield return batch;
    }

    private async Task WriteBatchAsync(IReadOnlyList<Write> batch, HashSet<ChangedProduct> outdated, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            batch = await SendAsync(batch, outdated, cancellation);
            if (batch.Count == 0) return;
            if (attempt == Attempts)
            {
                throw new ElasticsearchRefusesException(string.Create(CultureInfo.InvariantCulture,
                    $"Elasticsearch refused {batch.Count} writes {Attempts} times."));
            }

            // Not all nodes of the shop at the same moment.
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Returns what has to be sent again.
    private async Task<IReadOnlyList<Write>> SendAsync(
        IReadOnlyList<Write> batch, HashSet<ChangedProduct> outdated, CancellationToken cancellation)
    {
        BulkResponse answer;
        try
        {
            answer = await client.BulkAsync(new BulkRequest { Operations = [.. batch.Select(x => x.Operation)] }, cancellation);
        }
        catch (TransportException e) when (IsForNow(e.ApiCallDetails?.HttpStatusCode ?? 0))
        {
            return batch;
        }

        if (answer.Items.Count != batch.Count)
            throw new ElasticsearchRefusesException("Elasticsearch answered a bulk request with another number of items.");
        List<Write> again = [];
        foreach (var (write, item) in batch.Zip(answer.Items))
        {
            if (item.Status is >= 200 and < 300) continue;
            if (item.Status == 409) outdated.Add(write.Of);
            else if (IsForNow(item.Status)) again.Add(write);
            else if (item.Status == 404) throw new ElasticsearchRefusesException($"Elasticsearch has no index {write.Index}.");
            else LogRefused(log, write.Of.Id, item.Status, item.Error?.Type, item.Error?.Reason);
        }

        return again;
    }

    private static bool IsForNow(int status) => status is 429 or >= 500;

    [LoggerMessage(LogLevel.Error,
        "Elasticsearch refuses product {Product} ({Status} {Error}): {Reason}. Searches do not find its last change.")]
    private static partial void LogRefused(ILogger log, Guid product, int status, string? error, string? reason);

    private sealed record Write(ChangedProduct Of, string Index, IndexedProduct Document)
    {
        public int Characters { get; } =
            Document.NameWords.Length + Document.DescriptionWords.Length + Document.Vocabulary.Length + (Document.Variants.Count * 100);

        // The same version again changes nothing: two feeds at once, or an answer that was lost.
        public BulkIndexOperation<IndexedProduct> Operation => new(Document, Index)
        {
            Id = Document.Id.ToString(),
            Version = Of.Revision,
            VersionType = VersionType.ExternalGte,
        };
    }
}

/// <summary>Elasticsearch answers, but does not take writes.</summary>
public sealed class ElasticsearchRefusesException(string message) : Exception(message), IOutage;
