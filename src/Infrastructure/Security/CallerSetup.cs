using System.Reflection;
using JasperFx;
using JasperFx.CodeGeneration.Model;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Attributes;
using Wolverine.Http;
using Wolverine.Http.CodeGen;

namespace Aarya.Infrastructure.Security;

public static class CallerSetup
{
    /// <summary>
    /// Adds access tokens and the policies that a slice names: <c>[Authorize("customer")]</c> admits every signed-in caller,
    /// <c>[Authorize("guest")]</c> every caller with a token, the others staff; an admin passes all of them.
    /// </summary>
    public static void AddCallers(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AccessTokenValidator>();
        builder.Services.AddSingleton<SessionGate>();
        builder.Services.AddAuthentication(BearerHandler.Scheme)
            .AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Scheme, null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(CallerRoles.Guest, x => x.RequireAuthenticatedUser())
            .AddPolicy(CallerRoles.Customer, x => x.RequireAuthenticatedUser().RequireAssertion(y => !y.User.IsInRole(CallerRoles.Guest)))
            .AddPolicy(CallerRoles.Support, x => x.RequireRole(CallerRoles.Support, CallerRoles.Admin))
            .AddPolicy(CallerRoles.Merchandiser, x => x.RequireRole(CallerRoles.Merchandiser, CallerRoles.Admin))
            .AddPolicy(
                $"{CallerRoles.Support} or {CallerRoles.Merchandiser}",
                x => x.RequireRole(CallerRoles.Support, CallerRoles.Merchandiser, CallerRoles.Admin))
            .AddPolicy(CallerRoles.Admin, x => x.RequireRole(CallerRoles.Admin));
    }

    /// <summary>Lets endpoints take a <see cref="Caller"/>.</summary>
    public static void UseCallers(this WolverineHttpOptions http)
    {
        http.AddParameterHandlingStrategy<NotFromTheBody>();
        http.AddMiddleware(typeof(CallerRequired), chain =>
            chain.Method.HandlerType.GetMethods().Any(x => x.GetParameters().Any(y => y.ParameterType == typeof(Caller))));
    }

    // Wolverine reads the first class that an endpoint takes from the body of a POST, but the caller and services are not in the body.
    private sealed class NotFromTheBody : IParameterStrategy
    {
        public bool TryMatch(HttpChain chain, IServiceContainer container, ParameterInfo parameter, out Variable? variable)
        {
            variable = null;
            var type = parameter.ParameterType;
            // The container itself would also create an unregistered document.
            return type == typeof(Caller) || (type is { IsClass: true, IsAbstract: false }
                && !parameter.GetCustomAttributes().Any(x => x is WolverineParameterAttribute)
                && container.GetInstance<IServiceProviderIsService>().IsService(type));
        }
    }
}
