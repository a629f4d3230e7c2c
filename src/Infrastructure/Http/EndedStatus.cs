using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>The status with which a request has ended.</summary>
internal static class EndedStatus
{
    // nginx's number.
    private const int ClientGone = 499;

    /// <summary>The status of the answer; 499 if the client closed the connection before the answer began.</summary>
    public static int Of(HttpContext http) =>
        !http.Response.HasStarted && http.RequestAborted.IsCancellationRequested ? ClientGone : http.Response.StatusCode;
}
