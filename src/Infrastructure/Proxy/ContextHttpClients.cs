using System.Net;
using Aarya.Infrastructure.Mesh;
using Yarp.ReverseProxy.Forwarder;

namespace Aarya.Infrastructure.Proxy;

/// <summary>
/// The gateway's HTTP clients: each connects to its context through the dialer, and buffers small bodies so that it can send them again.
/// </summary>
internal sealed class ContextHttpClients(IReadOnlyDictionary<string, ContextAddress> addresses) : ForwarderHttpClientFactory
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        new Dialer(addresses[context.ClusterId]).Configure(handler);
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler) =>
        new SendUnsentAgain(base.WrapHandler(context, handler));
}

/// <summary>
/// Reads a small body completely before it is forwarded. HttpClient can then repeat by itself a request that a stopping
/// context refused without processing it (RFC 9113, 8.7). If the connection closed before it took the first byte of the
/// body, the context cannot have seen the body, and the request is sent again here.
/// </summary>
internal sealed class SendUnsentAgain(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int Attempts = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (request.Content is not { Headers.ContentLength: > 0 and <= ProxyRetry.LargestBody } streamed
            || request.Options.TryGetValue(ProxyRetry.SentOnce, out _))
            return await base.SendAsync(request, cancellation);

        var body = new ResendableBody(await streamed.ReadAsByteArrayAsync(cancellation), streamed);
        request.Content = body;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await base.SendAsync(request, cancellation);
            }
            catch (HttpRequestException e) when (!body.WasAskedFor && attempt < Attempts && !ProxyRetry.IsUnreached(e)
                && !cancellation.IsCancellationRequested)
            {
                // No byte of the body has left this process, and the context does not act before it has the body.
            }
        }
    }

    private sealed class ResendableBody : HttpContent
    {
        private readonly byte[] bytes;

        public ResendableBody(byte[] bytes, HttpContent like)
        {
            this.bytes = bytes;
            foreach (var (name, values) in like.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
        }

        /// <summary>True once the connection has begun to send it.</summary>
        public bool WasAskedFor { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellation)
        {
            WasAskedFor = true;
            await stream.WriteAsync(bytes, cancellation);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
