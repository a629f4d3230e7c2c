using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Infrastructure.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Declares that <see cref="Attempts"/> counts the calls of an endpoint per account, and refuses one too many.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CountsAttemptsAttribute() : RefusesAttribute(StatusCodes.Status429TooManyRequests, "auth.too_many_attempts",
    "Too many attempts on this account: wait for `Retry-After` seconds.");
