using System.Diagnostics.Metrics;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Infrastructure.Metrics;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Searches Elasticsearch within a budget, and PostgreSQL when that fails: too slow, too many searches at once, not there, or behind the
/// catalogue. After repeated failures Elasticsearch is left alone for a while.
/// </summary>
public sealed partial class SearchWithFallback : ISearchEngine
{
    /// <summary>The time that Elasticsearch has for one search, all its requests together.</summary>
    internal static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(400);

    private static readonly Counter<long> Degraded = ShopMeter.Counter("aarya_degraded_searches",
        "Searches and suggestions that PostgreSQL answered because Elasticsearch could not.");

    private readonly ISearchEngine elasticsearch;
    private readonly ISearchEngine postgres;
    private readonly ElasticsearchProgress progress;
    private readonly ILogger log;
    private readonly ResiliencePipeline pipeline;
    private int failing;

    public SearchWithFallback(
        ElasticsearchEngine elasticsearch, PostgresSearchEngine postgres, ElasticsearchProgress progress, ElasticsearchOptions settings,
        IMeterFactory meters, TimeProvider time, ILogger<SearchWithFallback> log)
    {
        (this.elasticsearch, this.postgres, this.progress, this.log) = (elasticsearch, postgres, progress, log);
        var circuit = new CircuitBreakerStateProvider();
        meters.Create(ShopMeter.Name).CreateObservableGauge("aarya_elasticsearch_circuit_open",
            () => circuit.CircuitState == CircuitState.Closed ? 0 : 1, unit: null,
            "1 while Elasticsearch is left alone after repeated failures, else 0.");
        pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddConcurrencyLimiter(settings.MaxSearches)
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(x => x is not OperationCanceledException),
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                StateProvider = circuit,
            })
            .AddTimeout(Budget)
            .Build();
    }

    public Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation) =>
        IsForPostgres(query) ? postgres.SearchAsync(query, cancellation) : AnswerAsync(
            (engine, token) => engine.SearchAsync(query, token), x => x with { Degraded = true }, cancellation);

    // Elasticsearch knows neither the sales, the materials nor the curations, the reduction depends on the variants that match, and only
    // the ranks of PostgreSQL are explained.
    private static bool IsForPostgres(SearchQuery query) => query.HasScores || query.Sort == SearchSort.Discount
        || query.Pinned.Count + query.Hidden.Count > 0 || query.Explains || query.MoreFacets.Count > 0;

    public Task<Suggestions> SuggestAsync(string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation) =>
        hidden.Count > 0 ? postgres.SuggestAsync(text, limit, hidden, cancellation)
            : AnswerAsync((engine, token) => engine.SuggestAsync(text, limit, hidden, token), x => x with { Degraded = true },
                cancellation);

    private async Task<T> AnswerAsync<T>(
        Func<ISearchEngine, CancellationToken, Task<T>> ask, Func<T, T> degraded, CancellationToken cancellation)
    {
        if (progress.IsCurrent)
        {
            try
            {
                var answer = await pipeline.ExecuteAsync(async token => await AskElasticsearchAsync(ask, token), cancellation);
                if (Interlocked.Exchange(ref failing, 0) == 1) LogWorksAgain(log);
                return answer;
            }
            // Each client has exceptions of its own, and an answer that cannot be read has yet others.
#pragma warning disable CA1031
            catch (Exception e) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // Too many searches at once, or a pause after failures, are no news.
                if (e is not (RateLimiterRejectedException or BrokenCircuitException) && Interlocked.Exchange(ref failing, 1) == 0)
                    LogFailed(log, Reason(e));
            }
        }

        var page = degraded(await ask(postgres, cancellation));
        Degraded.Add(1);
        return page;
    }

    private async Task<T> AskElasticsearchAsync<T>(Func<ISearchEngine, CancellationToken, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask(elasticsearch, cancellation);
        }
        // The client reports a cancellation as a failure of the transport; a caller who hangs up must not count as one.
        catch (TransportException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private static string Reason(Exception e) => e switch
    {
        TimeoutRejectedException => $"no answer within {Budget.TotalMilliseconds:0} ms",
        TransportException { ApiCallDetails.HttpStatusCode: { } status } => $"it answered {status}",
        UnsupportedProductException => "what answers is not Elasticsearch",
        _ => $"{e.GetType().Name}: {e.GetBaseException().Message}",
    };

    [LoggerMessage(LogLevel.Warning, "Elasticsearch cannot answer searches ({Reason}); PostgreSQL does")]
    private static partial void LogFailed(ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "Elasticsearch answers searches again")]
    private static partial void LogWorksAgain(ILogger log);
}
