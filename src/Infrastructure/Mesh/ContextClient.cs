using System.Net;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// Fetches from a context what the edge itself needs: its health and its part of the API's description. Does not wait for a context that
/// restarts.
/// </summary>
internal sealed class ContextClient(ContextAddress address) : IDisposable
{
    private readonly HttpMessageInvoker client = new(new Dialer(address with { Patience = TimeSpan.Zero }).Handler());

    public string Role => address.Role;

    public async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address.Url, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        if (address.Secret is { } secret) request.Headers.Add(MeshTrust.SecretHeader, secret);
        return await client.SendAsync(request, cancellation);
    }

    public void Dispose() => client.Dispose();
}
