using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Rates;

/// <summary>
/// How many requests a client may make. The client is the caller, or the network address of a request without a token (for
/// IPv6 its /64, which one customer owns). Guest tokens are free, so all callers from one address together get at most ten
/// clients' allowance. A policy may count by the address alone (<see cref="RatePolicy"/>).
/// </summary>
public sealed class RateLimits
{
    /// <summary><c>AARYA_RATE_LIMIT</c>: requests per second of one client; 0 switches every rate limit off.</summary>
    internal static readonly NumberSetting PerSecond = new("AARYA_RATE_LIMIT", 100, 0, MostRequests);

    // The most that the rate counter can count evenly, even for the tenfold allowance of one address.
    private const int MostRequests = 100_000;

    private const int ClientsOfAnAddress = 10;

    private readonly RateCounter counter;
    private readonly AccessTokenValidator tokens;
    private readonly int perSecond;
    private readonly RatePolicies policies;
    private readonly Dictionary<string, int> allowances;

    /// <exception cref="StartupException">An allowance cannot be understood.</exception>
    public RateLimits(RatePolicies policies, IConfiguration configuration, RateCounter counter, AccessTokenValidator tokens)
    {
        this.counter = counter;
        this.tokens = tokens;
        this.policies = policies;
        perSecond = PerSecond.Read(configuration);
        allowances = policies.All.ToDictionary(x => x.Name, x => x.Setting.Read(configuration), StringComparer.Ordinal);
    }

    /// <summary>
    /// Counts the request before it costs anything. A token that is new to this process is counted by its address before its signature is
    /// checked, and after that by its caller, or as an anonymous request if the token is not valid.
    /// </summary>
    public async Task CountAsync(HttpContext http, RequestDelegate next)
    {
        if (perSecond == 0 || http.GetEndpoint()?.Metadata.GetMetadata<ForOperators>() is not null)
        {
            await next(http);
            return;
        }

        var address = $"ip:{NetworkOf(http.Connection.RemoteIpAddress)}";
        Caller? caller = null;
        if (BearerHandler.FindToken(http.Request) is { } sent)
        {
            if (!tokens.TryKnown(sent, out var check))
            {
                var unproven = new Rate($"{address}:unproven", perSecond * ClientsOfAnAddress, TimeSpan.FromSeconds(1), address);
                if (!await TakeAsync(http, [unproven])) return;
                check = await tokens.CheckAsync(sent);
            }

            http.Features.Set(new CheckedToken(check));
            if (check.IsGood) caller = check.Token!.Caller;
        }

        if (await TakeAsync(http, RatesOf(http, address, caller))) await next(http);
    }

    // False when the client has made too many requests; the 429 is written then.
    private async ValueTask<bool> TakeAsync(HttpContext http, IReadOnlyList<Rate> rates)
    {
        var wait = await counter.TakeAsync(rates);
        if (wait <= TimeSpan.Zero) return true;
        RefusedRequests.Count(RefusedRequests.Rate);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.RetryAfter = seconds;
        await Problems.WriteAsync(
            http, Problem.Of(StatusCodes.Status429TooManyRequests, "rate.limited", "Too many requests", $"Try again in {seconds} s."));
        return false;
    }

    private List<Rate> RatesOf(HttpContext http, string address, Caller? caller)
    {
        var policy = http.GetEndpoint()?.Metadata.GetMetadata<RateLimitAttribute>() is { } limit ? policies.Named(limit.Policy) : null;
        var rates = new List<Rate>(4);
        if (caller is not null)
        {
            Add($"sub:{caller.Subject:N}", 1);
            Add(address, ClientsOfAnAddress);
        }
        else
        {
            Add(address, 1);
        }

        if (policy is { PerAddress: true }) AddPolicy(policy, address, address, 1);
        return rates;

        void Add(string client, int share)
        {
            // Anonymous requests and those with a token are counted separately, so that neither uses up the share of the other.
            var key = share == 1 ? client : $"{client}:tokens";
            rates.Add(new(key, perSecond * share, TimeSpan.FromSeconds(1), client));
            if (policy is { PerAddress: false }) AddPolicy(policy, key, client, share);
        }

        void AddPolicy(RatePolicy policy, string key, string client, int share) =>
            rates.Add(new($"{policy.Name}:{key}", allowances[policy.Name] * share, policy.Window, client));
    }

    /// <summary>The address that counts as one client: the whole IPv4 address, or the first 64 bits of an IPv6 address.</summary>
    public static string NetworkOf(IPAddress? address)
    {
        if (address is null) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
