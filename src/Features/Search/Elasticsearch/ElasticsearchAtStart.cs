using System.Security.Authentication;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Elastic.Clients.Elasticsearch;
using Elastic.Transport;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>
/// Asks Elasticsearch once at the start, so that a wrong setting is reported in one line. The program starts even if the cluster does not
/// answer; PostgreSQL answers the searches until it does.
/// </summary>
public sealed partial class ElasticsearchAtStart(
    ElasticsearchClient client, ElasticsearchOptions settings, ILogger<ElasticsearchAtStart> log) : StartStep
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private string Address => string.Join(',', settings.Nodes);

    private string NotThere => $"{Address} in ELASTICSEARCH_URL does not say its version: there is no Elasticsearch at this path.";

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(LongestWait);
        try
        {
            var info = await client.InfoAsync(limited.Token);
            // The client does not take every 404 for a failure.
            if (info.Version?.Number is not { } version) throw new StartupException(NotThere);
            LogAnswers(Address, version);
        }
        catch (UnsupportedProductException)
        {
            throw new StartupException(
                $"{Address} in ELASTICSEARCH_URL is not Elasticsearch: its answer has no X-Elastic-Product header. OpenSearch is not "
                + "supported; without ELASTICSEARCH_URL, PostgreSQL answers all searches.");
        }
        catch (TransportException e) when (Refusal(e) is { } refusal)
        {
            throw new StartupException(refusal);
        }
        catch (Exception e) when (e is TransportException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogAbsent(Address, e is TransportException ? Cause(e).Message : $"no answer within {LongestWait.TotalSeconds:0} s");
        }
    }

    // What will not become better by itself.
    private string? Refusal(TransportException e)
    {
        if (Cause(e) is AuthenticationException)
        {
            return $"The certificate of {Address} is not trusted, has expired, or is of another host: {settings.TrustSetting} must belong "
                + $"to the authority that issued it ({Cause(e).Message}).";
        }

        return e.ApiCallDetails?.HttpStatusCode switch
        {
            401 when settings.LoginSetting is { } login => $"{Address} refuses the login (401): {login} must be right.",
            403 when settings.LoginSetting is { } login =>
                $"{Address} refuses the login a privilege (403): {login} needs those that docs/search.md lists.",
            401 or 403 =>
                $"{Address} requires a login: set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USER and ELASTICSEARCH_PASSWORD.",
            400 or 406 or 415 => $"{Address} does not speak the protocol of Elasticsearch 9: an older version is not supported.",
            404 => NotThere,
            _ => null,
        };
    }

    private static Exception Cause(Exception e)
    {
        while (e.InnerException is { } inner && e is not AuthenticationException) e = inner;
        return e;
    }

    [LoggerMessage(LogLevel.Information, "Elasticsearch {Version} answers at {Address}")]
    private partial void LogAnswers(string address, string version);

    [LoggerMessage(LogLevel.Warning,
        "Elasticsearch does not answer at {Address} ({Reason}); PostgreSQL answers the searches until it does")]
    private partial void LogAbsent(string address, string reason);
}
