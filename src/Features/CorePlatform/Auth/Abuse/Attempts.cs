using System.Globalization;
using System.Text;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Redis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth.Abuse;

/// <summary>
/// Counts the attempts on an account since the last success. Ten attempts from one network are free, then each doubles the wait, from a
/// second to a quarter of an hour; a success resets the count. From all networks together a hundred are free, and the wait is at most a
/// minute; it does not apply to a network from which the owner signed in within the last month. A device with a
/// <see cref="DeviceTokens">token</see> has a count of its own: no other client can keep the owner out.
/// </summary>
/// <remarks>
/// An attempt counts before it is made, so that a thousand concurrent attempts do not all count as the first. While the cache instance of
/// Redis is down, each process counts on its own, ten or a hundred per hour; if it has too many counts to keep, the rest share one.
/// </remarks>
public sealed partial class Attempts(RedisConnections redis, AccountKey key, TimeProvider clock, ILogger<Attempts> log)
{
    public const int FreeFromOneNetwork = 10;
    public const int FreeFromAnywhere = 100;

    private const int MostCountedHere = 100_000;

    private static readonly string CountScript = EmbeddedText.Of<Attempts>("attempt.lua");
    private static readonly string WithdrawScript = EmbeddedText.Of<Attempts>("withdraw-attempt.lua");

    // A sign-in calls Redis several times: a Redis that hangs must not delay each call for its whole timeout.
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestDelayFromAnywhere = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(30);

    private readonly OutageLine outage = new();

    private readonly LocalRates strangers = new(clock, MostCountedHere);

    // Separate, because only an owner can create these counts: strangers cannot use up the limit.
    private readonly LocalRates devices = new(clock, MostCountedHere);

    /// <summary>
    /// Counts an attempt, or refuses it with the time to wait. An attempt that ends in a 5xx is taken back, because it guessed nothing.
    /// While Redis is down it stays in the count of this process.
    /// </summary>
    /// <param name="kind">What is attempted.</param>
    /// <param name="account">An address as it was typed, or a user's id; the account need not exist.</param>
    /// <param name="http">The request, with the client's address; its response gets Retry-After.</param>
    /// <param name="device">The device's id, when it sent a token.</param>
    public async Task<ProblemDetails> BeginAsync(string kind, string account, HttpContext http, string? device = null)
    {
        var name = NameOf(kind, account);
        var keys = KeysOf(name, NetworkOf(name, http), device);
        var (wait, isCountedInRedis) = await WaitAsync(keys);
        if (wait == TimeSpan.Zero)
        {
            if (isCountedInRedis) http.Response.OnStarting(WithdrawIfNotJudgedAsync);
            return WolverineContinue.NoProblems;
        }

        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.RetryAfter = seconds;
        return Problem.Of(StatusCodes.Status429TooManyRequests, "auth.too_many_attempts", "Too many attempts",
            $"Try again in {seconds} s.");

        Task WithdrawIfNotJudgedAsync() =>
            http.Response.StatusCode < 500 ? Task.CompletedTask : TryAsync(x => x.ScriptEvaluateAsync(WithdrawScript, keys));
    }

    /// <summary>
    /// Counts a mail to an address; false when the address has had too many of this kind, so that this one is not sent. Each kind has its
    /// own count.
    /// </summary>
    public async Task<bool> MayMailAsync(AccountNoticeKind kind, string email) =>
        await WaitAsync(KeysOf(NameOf($"mail.{kind}", email), "any", null)) is { Wait.Ticks: 0 };

    /// <summary>Resets the counts of this network and device: the owner succeeded.</summary>
    public async Task SucceedAsync(string kind, string account, HttpContext http, string? device = null)
    {
        var name = NameOf(kind, account);
        var network = NetworkOf(name, http);
        await ForgetAsync(device is null ? [From(name, network)] : [From(name, network), Of(name, device)]);
        await TryAsync(x => x.StringSetAsync(Known(name, network), 1, KnownFor));
    }

    /// <summary>Resets the counts of this network and of all networks: the owner has proved by mail that the account is theirs.</summary>
    public Task StartAnewAsync(string kind, string account, HttpContext http)
    {
        var name = NameOf(kind, account);
        return ForgetAsync([From(name, NetworkOf(name, http)), FromAnywhere(name)]);
    }

    // The keys of attempt.lua: the device's when it sent a token, else the network's.
    private RedisKey[] KeysOf(string name, string network, string? device) =>
        device is null ? [From(name, network), FromAnywhere(name), Known(name, network)] : [Of(name, device)];

    private async Task<(TimeSpan Wait, bool IsCountedInRedis)> WaitAsync(RedisKey[] keys)
    {
        var wait = TimeSpan.Zero;
        var counted = await TryAsync(async x => wait = TimeSpan.FromMilliseconds((long)await x.ScriptEvaluateAsync(CountScript, keys,
        [
            FreeFromOneNetwork, (long)LongestDelay.TotalMilliseconds, FreeFromAnywhere, (long)LongestDelayFromAnywhere.TotalMilliseconds,
            (long)Remembered.TotalMilliseconds,
        ])));
        if (counted) return (wait, true);
        var here = keys.Length > 1
            ? strangers.Take([new($"{keys[0]}", FreeFromOneNetwork, Remembered), new($"{keys[1]}", FreeFromAnywhere, Remembered)])
            : devices.Take([new($"{keys[0]}", FreeFromOneNetwork, Remembered)]);
        return (here, false);
    }

    private async Task ForgetAsync(RedisKey[] counts)
    {
        foreach (var count in counts)
        {
            strangers.Forget($"{count}");
            devices.Forget($"{count}");
        }

        await TryAsync(x => x.KeyDeleteAsync(counts));
    }

    /// <summary>False when Redis does not answer.</summary>
    private async Task<bool> TryAsync(Func<RedisDatabase, Task> ask)
    {
        try
        {
            await ask(redis.Cache).WaitAsync(RedisTimeout);
            return true;
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            if (outage.IsDue()) LogCountedHere(e.Message);
            return false;
        }
    }

    private string NameOf(string kind, string account) => $"{kind}:{Hashed($"{kind}\n{EmailAddress.Normalize(account) ?? account}")}";

    // Redis keeps it for up to a month, so it is a keyed hash that differs per account: networks cannot be compared.
    private string NetworkOf(string name, HttpContext http) => Hashed($"{name}\n{RateLimits.NetworkOf(http.Connection.RemoteIpAddress)}");

    private string Hashed(string text) => Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes(text)))[..32];

    private RedisKey From(string name, string network) => redis.Keys.Rate(name, $"{name}:{network}");

    private RedisKey FromAnywhere(string name) => redis.Keys.Rate(name, name);

    private RedisKey Of(string name, string device) => redis.Keys.Rate(name, $"{name}:device:{device}");

    private RedisKey Known(string name, string network) => redis.Keys.Rate(name, $"known:{name}:{network}");

    [LoggerMessage(LogLevel.Warning, "Redis does not answer, so attempts on accounts are counted in this process only: {Reason}")]
    private partial void LogCountedHere(string reason);
}
