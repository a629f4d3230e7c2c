using System.Globalization;
using Aarya.Infrastructure.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Http;

/// <summary>Every refusal and every failure leaves as problem details with a code and the trace id, whoever made it.</summary>
public static partial class Problems
{
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
            // What the client did wrong is the client's to know; it is not an incident here. What is away is said in one line, because a
            // thousand requests per second may meet it.
            SuppressDiagnosticsCallback = x => x.Exception is BadHttpRequestException || Outage.Is(x.Exception),
        });
        app.UseStatusCodePages(context => WriteAsync(context.HttpContext, new() { Status = context.HttpContext.Response.StatusCode }));
    }

    /// <summary>Answers with the problem, or breaks the connection off where a part of another answer is on its way.</summary>
    public static Task WriteAsync(HttpContext http, ProblemDetails problem)
    {
        // What is written and not sent yet cannot be taken back, and a problem behind half an answer is neither of the two.
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
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(Problems));
        LogAway(log, http.Request.Method, error.GetBaseException().Message);
        return Unavailable(http, "A part that this request needs does not answer right now.", 1);
    }

    private static ProblemDetails Unavailable(HttpContext http, string detail, int retryAfterSeconds)
    {
        http.Response.Headers.RetryAfter = retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(StatusCodes.Status503ServiceUnavailable, "service.unavailable", "Try again in a moment", detail);
    }

    [LoggerMessage(LogLevel.Warning, "A {Method} was answered 503, because a part that it needs is away: {Reason}")]
    private static partial void LogAway(ILogger logger, string method, string reason);
}
