using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Pages;

/// <summary>The page of a link that verifies an address or moves an account to it.</summary>
[DevelopmentOnly]
public static class ShowVerificationEndpoint
{
    private const string Script = """
        say('Confirming your address …');
        await send('/api/auth/email/verify');
        say('Your e-mail address is confirmed. You can close this page.');
        """;

    [WolverineGet("/account/verify")]
    public static IResult Get(HttpContext http) => LinkPage.Of(http, "Confirm your e-mail address", "", Script);
}
