using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Pages;

/// <summary>The page of a link that sets a password: after "forgot password", or for the first administrator.</summary>
[DevelopmentOnly]
public static class ShowPasswordResetEndpoint
{
    private const string Form = """
        <form id="form" hidden><label for="password">New password</label>
        <input id="password" type="password" autocomplete="new-password" required aria-describedby="said">
        <button>Set the password</button></form>
        """;

    private const string Script = """
        say('Choose a new password for your account.');
        at('form').hidden = false;
        at('password').focus();
        at('form').addEventListener('submit', event => {
          event.preventDefault();
          const button = at('form').querySelector('button');
          button.disabled = true;
          run(async () => {
            await send('/api/auth/password/reset', { newPassword: at('password').value });
            at('form').hidden = true;
            say('Your password is set: sign in with it from now on. Every other session has ended.');
          }).finally(() => { button.disabled = false; });
        });
        """;

    [WolverineGet("/account/reset")]
    public static IResult Get(HttpContext http) => LinkPage.Of(http, "Set a new password", Form, Script);
}
