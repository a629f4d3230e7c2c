using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Answers HEAD wherever there is a GET, with its status and headers (RFC 9110, section 9.3.2): the slices declare GET only,
/// and the server sends no body to a request that came in as HEAD.
/// </summary>
internal sealed class HeadRequests : IStartupFilter
{
    // Runs before the routes are matched; middleware that the program itself adds would run after that.
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((http, rest) =>
        {
            if (!HttpMethods.IsHead(http.Request.Method)) return rest(http);
            http.Request.Method = RequestMethods.GetOfHead;
            return rest(http);
        });
        next(app);
    };
}
