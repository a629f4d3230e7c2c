using System.Globalization;
using Aarya.Infrastructure.Outages;
using Elastic.Clients.Elasticsearch;
using Elastic.Clients.Elasticsearch.Core.Bulk;
using Elastic.Transport;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Writes products in requests of a bounded size. Sends again, after a pause, only the items that Elasticsearch refused for now.
/// </summary>
internal sealed partial class BulkWriter(ElasticsearchClient client, TimeProvider time, ILogger log)
{
    private const int MostDocuments = 500;

    // Characters of the longest fields per request, which then has about 5 MB.
    private const int MostCharacters = 2_000_000;

    private const int Attempts = 8;
    private static readonly HashSet<string> FaultsOfDocuments = new(StringComparer.Ordinal)
    {
        "document_parsing_exception", "mapper_parsing_exception", "strict_dynamic_mapping_exception",
    };

    // Of an error that most often is a fault of the index, such as a pipeline that is missing.
    private const string TooLongTerm = "immense term";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Writes each product to each of the indices.</summary>
    /// <exception cref="ElasticsearchRefusesException">Elasticsearch has no such index.</exception>
    public async Task<BulkResult> WriteAsync(
        IReadOnlyList<ChangedProduct> products, IReadOnlyList<string> indices, CancellationToken cancellation)
    {
        var result = new BulkResult([], []);
        foreach (var batch in Batches(products.SelectMany(x => indices.Select(y => new Write(x, y, DocumentOf(x))))))
            await WriteBatchAsync(batch, result, cancellation);
        return result;
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

    private async Task WriteBatchAsync(IReadOnlyList<Write> batch, BulkResult result, CancellationToken cancellation)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            batch = await SendAsync(batch, result, cancellation);
            if (batch.Count == 0) return;
            if (attempt == Attempts)
            {
                result.Refused.UnionWith(batch.Select(x => x.Of));
                return;
            }

            await Task.Delay(pause, time, cancellation);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    // Returns what has to be sent again.
    private async Task<IReadOnlyList<Write>> SendAsync(
        IReadOnlyList<Write> batch, BulkResult result, CancellationToken cancellation)
    {
        BulkResponse answer;
        try
        {
            answer = await client.BulkAsync(new BulkRequest { Operations = [.. batch.Select(x => x.Operation)] }, cancellation);
        }
        catch (TransportException e) when (!cancellation.IsCancellationRequested && IsForNow(e.ApiCallDetails?.HttpStatusCode))
        {
            return batch;
        }
        catch (TransportException e) when (e.ApiCallDetails?.HttpStatusCode == 413 && batch.Count > 1)
        {
            // A proxy may take less than Elasticsearch does.
            var half = batch.Count / 2;
            return
            [
                .. await SendAsync([.. batch.Take(half)], result, cancellation),
                .. await SendAsync([.. batch.Skip(half)], result, cancellation),
            ];
        }

        catch (TransportException e) when (e.ApiCallDetails?.HttpStatusCode == 413)
        {
            LogRefused(log, batch[0].Of.Id, 413, "request too large", null);
            return [];
        }

        if (answer.Items.Count != batch.Count)
            throw new ElasticsearchRefusesException("Elasticsearch answered a bulk request with another number of items.");
        List<Write> again = [];
        foreach (var (write, item) in batch.Zip(answer.Items))
        {
            if (item.Status is >= 200 and < 300) continue;
            if (item.Status == 409)
            {
                result.Conflicting.Add(write.Of);
            }
            else if (IsForNow(item.Status))
            {
                again.Add(write);
            }
            else if (item.Status == 404)
            {
                throw new ElasticsearchRefusesException($"Elasticsearch has no index {write.Index}.");
            }
            else if (item.Status != 400 || !IsFaultOfDocument(item.Error))
            {
                // Not because of the document: a closed index, or a missing right. It may succeed later.
                result.Refused.Add(write.Of);
                result.Reason = $"{item.Status} {item.Error?.Type}";
            }
            else
            {
                LogRefused(log, write.Of.Id, item.Status, item.Error?.Type, item.Error?.Reason);
            }
        }

        return again;
    }

    private static bool IsFaultOfDocument(ErrorCause? error) => FaultsOfDocuments.Contains(error?.Type ?? "")
        || error?.Reason?.Contains(TooLongTerm, StringComparison.Ordinal) == true;

    // Without a status the connection failed.
    private static bool IsForNow(int? status) => status is null or 429 or >= 500;

    [LoggerMessage(LogLevel.Error,
        "Elasticsearch refuses product {Product} ({Status} {Error}): {Reason}. Searches show its earlier state until it changes again.")]
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

/// <param name="Conflicting">The products of which an index has a higher version.</param>
/// <param name="Refused">The products that Elasticsearch kept refusing, and may take later.</param>
internal sealed record BulkResult(HashSet<ChangedProduct> Conflicting, HashSet<ChangedProduct> Refused)
{
    /// <summary>Why one of the refused products was refused.</summary>
    public string Reason { get; set; } = "for now";

    /// <exception cref="ElasticsearchRefusesException">A product was refused.</exception>
    public void ThrowIfRefused()
    {
        if (Refused.Count == 0) return;
        throw new ElasticsearchRefusesException(
            string.Create(CultureInfo.InvariantCulture, $"Elasticsearch kept refusing {Refused.Count} products ({Reason})."));
    }
}

/// <summary>Elasticsearch answers, but does not take writes.</summary>
public sealed class ElasticsearchRefusesException(string message) : Exception(message), IOutage;
