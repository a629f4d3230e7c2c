using System.Globalization;
using System.Text;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Gateway;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Redis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// How often somebody has tried at an account without success. Ten attempts from one network are free, then each doubles the wait, from
/// a second to a quarter of an hour; a success forgives them. From anywhere together a hundred are free and the wait ends at a minute,
/// and whoever signed in from a network within the last month is not held up there by what others do elsewhere: nobody can keep
/// an owner out.
/// </summary>
/// <remarks>An attempt counts before it is made, so that a thousand at once are not a thousand first ones. With the cache instance of Redis away only the edge counts.</remarks>
public sealed partial class Attempts(RedisConnections redis, AccountKey key, ILogger<Attempts> log)
{
    public const int FreeFromOneNetwork = 10;
    public const int FreeFromAnywhere = 100;

    private static readonly string Script = EmbeddedScript();
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestDelayFromAnywhere = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);
    private static readonly TimeSpan KnownFor = TimeSpan.FromDays(30);

    /// <summary>Counts an attempt, or refuses it with the time to wait.</summary>
    /// <param name="kind">What is attempted.</param>
    /// <param name="account">An address as it was typed, or a user's id; whether there is such an account makes no difference.</param>
    /// <param name="http">Where it comes from, and where Retry-After goes.</param>
    public async Task<ProblemDetails> BeginAsync(string kind, string account, HttpContext http)
    {
        var wait = await WaitAsync(kind, account, NetworkOf(http));
        if (wait == TimeSpan.Zero) return WolverineContinue.NoProblems;
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers.RetryAfter = seconds;
        return Problem.Of(StatusCodes.Status429TooManyRequests, "auth.too_many_attempts", "Too many attempts", $"Try again in {seconds} s.");
    }

    /// <summary>Counts a mail to an address; false when it has had so many that this one is not sent.</summary>
    public async Task<bool> MayMailAsync(string email) => await WaitAsync("mail", email, "any") == TimeSpan.Zero;

    /// <summary>Forgives what went before: it was the owner.</summary>
    public Task SucceedAsync(string kind, string account, HttpContext http)
    {
        var (attempts, _, known) = Keys(kind, account, NetworkOf(http));
        return TryAsync(x => Task.WhenAll(x.KeyDeleteAsync(attempts), x.StringSetAsync(known, 1, KnownFor)));
    }

    private async Task<TimeSpan> WaitAsync(string kind, string account, string network)
    {
        var (attempts, anywhere, known) = Keys(kind, account, network);
        var wait = 0L;
        await TryAsync(async x => wait = (long)await x.ScriptEvaluateAsync(Script, [attempts, anywhere, known],
        [
            FreeFromOneNetwork, (long)LongestDelay.TotalMilliseconds, FreeFromAnywhere, (long)LongestDelayFromAnywhere.TotalMilliseconds, (long)Remembered.TotalMilliseconds,
        ]));
        return TimeSpan.FromMilliseconds(wait);
    }

    private async Task TryAsync(Func<IDatabase, Task> ask)
    {
        try
        {
            await ask(redis.Cache);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogUncounted(e.Message);
        }
    }

    private (RedisKey Attempts, RedisKey Anywhere, RedisKey Known) Keys(string kind, string account, string network)
    {
        var name = Convert.ToHexStringLower(key.Sign(Encoding.UTF8.GetBytes($"{kind}\n{EmailAddress.Normalize(account) ?? account}")))[..32];
        return (RedisKeys.Rate($"{kind}:{name}:{network}"), RedisKeys.Rate($"{kind}:{name}"), RedisKeys.Rate($"known:{name}:{network}"));
    }

    private static string NetworkOf(HttpContext http) => RateLimits.NetworkOf(http.Connection.RemoteIpAddress);

    private static string EmbeddedScript()
    {
        using var script = new StreamReader(typeof(Attempts).Assembly.GetManifestResourceStream(typeof(Attempts), "attempt.lua")!);
        return script.ReadToEnd();
    }

    [LoggerMessage(LogLevel.Warning, "Attempts at accounts are not counted, Redis does not answer: {Reason}")]
    private partial void LogUncounted(string reason);
}
