using System.Text.Encodings.Web;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Reads the access token of a request (RFC 6750). A request without one, or with a bad one, is anonymous: what needs a caller answers 401.
/// </summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    AccessTokenValidator tokens, SessionGate sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    private static readonly Task<AuthenticateResult> Nobody = Task.FromResult(AuthenticateResult.NoResult());

    // Nothing is waited for, or made, when both the token and its session are known to be good.
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (FindToken(Request) is not { } sent) return Nobody;
        // The rate limits have looked at it already, where there are any.
        var check = Context.Features.Get<CheckedToken>() is { } known ? new(known.Check) : tokens.CheckAsync(sent);
        if (!check.IsCompletedSuccessfully) return FinishAsync(check.AsTask());
        var judged = check.Result;
        if (!judged.IsGood) return Task.FromResult(Fail(judged.Fault));
        var open = IsOpenAsync(judged.Token!);
        return open is { IsCompletedSuccessfully: true, Result: true }
            ? judged.Token!.Recognised
            : FinishAsync(judged.Token!, open.AsTask());
    }

    private async Task<AuthenticateResult> FinishAsync(Task<TokenCheck> check) =>
        await check is { IsGood: true, Token: { } token }
            ? await FinishAsync(token, IsOpenAsync(token).AsTask())
            : Fail((await check).Fault);

    private async Task<AuthenticateResult> FinishAsync(AccessToken token, Task<bool> open) =>
        await open ? await token.Recognised : Fail(TokenFault.SessionEnded);

    private ValueTask<bool> IsOpenAsync(AccessToken token) =>
        sessions.IsOpenAsync(token, HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method));

    private AuthenticateResult Fail(TokenFault fault)
    {
        Context.Features.Set(new TokenRefusal(fault));
        return AuthenticateResult.Fail($"{fault}");
    }

    /// <summary>
    /// The token as sent: in the Authorization header, or, for a browser's WebSocket which cannot set one, in the query of a hub.
    /// </summary>
    public static ReadOnlyMemory<char>? FindToken(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return header.AsMemory(7).Trim();
        // Routes do not mind the case of a path. An empty token or two of them are a bad token, not none.
        if (!request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)) return null;
        if (!request.Query.TryGetValue("access_token", out var sent)) return null;
        return (sent is [var token] ? token : "").AsMemory();
    }

    /// <summary>What it is when nobody can say whether a token is good: its client must keep it and come back.</summary>
    public static UnavailableException KeysUnknown() =>
        new("The keys that access tokens are checked with cannot be read at this moment.", TimeSpan.FromSeconds(1));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Problems.WriteAsync(Context, Refuse(Context));

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, Problem.Forbidden("Your role does not allow this."));

    /// <summary>
    /// The 401 that says what is wrong with the token, or that there is none, with WWW-Authenticate; 503 while its key cannot be read.
    /// </summary>
    public static ProblemDetails Refuse(HttpContext http)
    {
        var refused = http.Features.Get<TokenRefusal>();
        if (refused?.Fault == TokenFault.KeysUnknown) return Problems.Unavailable(http, KeysUnknown());
        http.Response.Headers.WWWAuthenticate = refused is null ? Scheme : $"{Scheme} error=\"invalid_token\"";
        return refused?.Fault switch
        {
            null => Problem.Unauthorized(),
            TokenFault.Expired => Problem.Unauthorized("auth.token_expired", "The access token has expired: refresh it."),
            TokenFault.SessionEnded => Problem.Unauthorized("auth.session_ended", "The session has ended: sign in again."),
            _ => Problem.Unauthorized("auth.token_invalid", "The access token is not one of ours."),
        };
    }
}

/// <summary>What was found out about the token of this request.</summary>
internal sealed record CheckedToken(TokenCheck Check);

internal sealed record TokenRefusal(TokenFault Fault);
