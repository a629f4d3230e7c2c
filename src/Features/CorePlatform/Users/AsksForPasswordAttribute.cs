using Aarya.Infrastructure.OpenApi;
using Microsoft.AspNetCore.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Declares that an endpoint requires the caller's password again; see <see cref="Reconfirmation"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AsksForPasswordAttribute() : RefusesAttribute(StatusCodes.Status400BadRequest, "account.password_wrong",
    "The password is not the caller's; `errors` names the field that it was sent in.");
