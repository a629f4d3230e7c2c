using System.Diagnostics;
using Aarya.Infrastructure.Telemetry;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Specs.Telemetry;

/// <summary>What the span of a request has, by how the request ends.</summary>
public sealed class RequestSpansSpec : IDisposable
{
    private readonly Activity span = new Activity("a request").Start();

    public void Dispose() => span.Dispose();

    [Theory]
    [InlineData(200, null, ActivityStatusCode.Unset)]
    [InlineData(404, null, ActivityStatusCode.Unset)]
    [InlineData(503, "503", ActivityStatusCode.Error)]
    public async Task an_answer_is_an_error_from_500_on(int status, string? type, ActivityStatusCode expected)
    {
        await AnswerAsync(Request("/api/products/{idOrSlug}"), http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal((type, expected, status), (span.GetTagItem("error.type"), span.Status, span.GetTagItem("http.response.status_code")));
        Assert.Equal("GET /api/products/{idOrSlug}", span.DisplayName);
        Assert.Equal(("GET", "/api/products/{idOrSlug}", "1.1", "https"), (span.GetTagItem("http.request.method"),
            span.GetTagItem("http.route"), span.GetTagItem("network.protocol.version"), span.GetTagItem("url.scheme")));
    }

    [Fact]
    public async Task an_exception_that_nothing_answers_is_a_500_of_its_type_without_its_message()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => AnswerAsync(Request("/api/cart"),
            _ => throw new InvalidOperationException("asha@private.example")));

        Assert.Equal((500, "System.InvalidOperationException", ActivityStatusCode.Error),
            (span.GetTagItem("http.response.status_code"), span.GetTagItem("error.type"), span.Status));
        Assert.DoesNotContain(span.TagObjects, x => $"{x.Value}".Contains("private", StringComparison.Ordinal));
        Assert.Null(span.StatusDescription);
    }

    [Theory]
    [InlineData(500, "System.TimeoutException")]
    // What the caller did wrong is no error of the server.
    [InlineData(400, null)]
    public async Task an_exception_that_is_answered_has_the_status_of_the_answer(int status, string? type)
    {
        await AnswerAsync(Request("/api/cart"), http =>
        {
            http.Features.Set<IExceptionHandlerFeature>(new ExceptionHandlerFeature { Error = new TimeoutException(), Path = "/" });
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal((status, type), (span.GetTagItem("http.response.status_code"), span.GetTagItem("error.type")));
    }

    [Theory]
    [InlineData("0", "OK", null, ActivityStatusCode.Unset)]
    [InlineData("5", "NOT_FOUND", null, ActivityStatusCode.Unset)]
    [InlineData("4", "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", ActivityStatusCode.Error)]
    [InlineData("15", "DATA_LOSS", "DATA_LOSS", ActivityStatusCode.Error)]
    public async Task a_call_between_processes_has_its_method_and_its_status(
        string number, string name, string? type, ActivityStatusCode expected)
    {
        await AnswerAsync(Request("/aarya.core.Core/GetUser"), _ =>
        {
            span.AddTag("grpc.method", "/aarya.core.Core/GetUser");
            span.AddTag("grpc.status_code", number);
            return Task.CompletedTask;
        });

        Assert.Equal("aarya.core.Core/GetUser", span.DisplayName);
        Assert.Equal(("grpc", "aarya.core.Core/GetUser", name, type, expected), (span.GetTagItem("rpc.system.name"),
            span.GetTagItem("rpc.method"), span.GetTagItem("rpc.response.status_code"), span.GetTagItem("error.type"), span.Status));
        Assert.DoesNotContain(span.TagObjects, x => x.Key is "http.route" or "grpc.method" or "grpc.status_code");
    }

    [Fact]
    public async Task probes_and_live_connections_are_not_sent()
    {
        foreach (var http in new[] { Request("/hubs/shop", new HubMetadata(typeof(Hub))), At("/health/ready") })
        {
            span.IsAllDataRequested = true;
            span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;

            await AnswerAsync(http, _ => Task.CompletedTask);

            Assert.Equal((false, false), (span.IsAllDataRequested, span.Recorded));
            Assert.Empty(span.TagObjects);
        }
    }

    private static Task AnswerAsync(HttpContext http, RequestDelegate answer) => RequestSpans.DescribeAsync(http, answer);

    private static DefaultHttpContext Request(string template, params object[] metadata)
    {
        var http = At(template);
        http.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(template), 0, new(metadata), template));
        return http;
    }

    private static DefaultHttpContext At(string path) =>
        new() { Request = { Method = "GET", Scheme = "https", Protocol = "HTTP/1.1", Path = path } };
}
