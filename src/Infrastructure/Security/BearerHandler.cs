using System.Text.Encodings.Web;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Reads the access token of a request (RFC 6750). A request without a valid one is anonymous; an endpoint that needs a caller answers 401.
/// </summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    AccessTokenValidator tokens, SessionGate sessions)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Bearer";

    private static readonly Task<AuthenticateResult> Nobody = Task.FromResult(AuthenticateResult.NoResult());

    // Neither waits nor allocates when both the token and its session are known to be valid.
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (FindToken(Request) is not { } sent) return Nobody;
        // The rate limits, if they are on, have already checked it.
        var check = Context.Features.Get<CheckedToken>() is { } known ? new(known.Check) : tokens.CheckAsync(sent);
        if (!check.IsCompletedSuccessfully) return FinishAsync(check.AsTask());
#pragma warning disable VSTHRD103 // It is completed.
        var judged = check.Result;
#pragma warning restore VSTHRD103
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
        // Routes ignore the case of a path. An empty token, or two tokens, count as a bad token, not as none.
        if (!request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)) return null;
        if (!request.Query.TryGetValue("access_token", out var sent)) return null;
        return (sent is [var token] ? token : "").AsMemory();
    }

    /// <summary>The answer while a token cannot be checked: its client must keep it and try again.</summary>
    public static UnavailableException KeysUnknown() =>
        new("Access tokens cannot be checked right now, because their keys cannot be read.", TimeSpan.FromSeconds(1));

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => Problems.WriteAsync(Context, Refuse(Context));

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problems.WriteAsync(Context, Problem.Forbidden("Your role does not allow this."));

    /// <summary>
    /// The 401 that explains why the token is refused, or that there is none, with WWW-Authenticate; 503 while its key cannot be read.
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
            _ => Problem.Unauthorized("auth.token_invalid", "The access token is not valid."),
        };
    }
}

/// <summary>The result of checking the token of this request.</summary>
internal sealed record CheckedToken(TokenCheck Check);

internal sealed record TokenRefusal(TokenFault Fault);
