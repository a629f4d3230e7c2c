using System.Globalization;
using Aarya.Infrastructure.Outages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Http;

/// <summary>Answers every refusal and every failure with problem details that have a code and the trace id.</summary>
public static partial class Problems
{
    private static readonly OutageLine AwayLine = new();

    public static void AddProblems(this IServiceCollection services)
    {
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>();
        services.AddSingleton<Violations>();
        services.AddProblemDetails();
    }

    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = AnswerAsync,
            // A client's mistake is not an incident here, and a thousand requests per second may fail by an outage.
            SuppressDiagnosticsCallback = x => x.Exception is BadHttpRequestException || Outage.Is(x.Exception),
        });
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext, new() { Status = context.HttpContext.Response.StatusCode }));
    }

    /// <summary>Answers with the problem, or aborts the connection if a part of another answer is already written.</summary>
    public static Task WriteAsync(HttpContext http, ProblemDetails problem)
    {
        // Bytes that are written but not sent cannot be withdrawn, and half an answer with a problem after it is not a valid answer.
        if (http.Response.BodyWriter is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            http.Abort();
            return Task.CompletedTask;
        }

        http.Response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        return http.RequestServices.GetRequiredService<IProblemDetailsService>()
            .WriteAsync(new() { HttpContext = http, ProblemDetails = problem }).AsTask();
    }

    /// <summary>The 503 of something that cannot be served right now; sets Retry-After.</summary>
    public static ProblemDetails Unavailable(HttpContext http, UnavailableException away) =>
        Unavailable(http, away.Message, away.RetryAfterSeconds);

    private static Task AnswerAsync(HttpContext http)
    {
        var error = http.Features.GetRequiredFeature<IExceptionHandlerFeature>().Error;
        return WriteAsync(http, error switch
        {
            BadHttpRequestException bad => new() { Status = bad.StatusCode },
            UnavailableException away => Unavailable(http, away.Message, away.RetryAfterSeconds),
            _ when Outage.Is(error) => Away(http, error),
            _ when http.RequestServices.GetRequiredService<Violations>().ProblemOf(error) is { } refused => refused,
            _ =>
                Problem.Of(StatusCodes.Status500InternalServerError, "server.error", "Something went wrong here",
                    "It has been recorded under the trace id."),
        });
    }

    private static ProblemDetails Away(HttpContext http, Exception error)
    {
        if (AwayLine.IsDue())
        {
            var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Problems));
            LogAway(log, RequestMethods.NameOf(http), error.GetBaseException().Message);
        }

        return Unavailable(http, "A part that this request needs does not answer right now.", 1);
    }

    private static ProblemDetails Unavailable(HttpContext http, string detail, int retryAfterSeconds)
    {
        http.Response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(StatusCodes.Status503ServiceUnavailable, "service.unavailable", "Try again in a moment", detail);
    }

    [LoggerMessage(LogLevel.Warning, "A {Method} request got 503, because a part that it needs does not answer: {Reason}")]
    private static partial void LogAway(ILogger logger, string method, string reason);
}
