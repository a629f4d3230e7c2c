using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Infrastructure.Flags;

/// <summary>Puts an endpoint behind a flag: callers for whom it is off get 404, <c>feature.not_found</c>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class FlaggedAttribute(string flag) : Attribute
{
    public string Flag { get; } = flag;
}

/// <summary>Answers instead of an endpoint whose flag is off.</summary>
public static class FlagRequired
{
    public static async Task<ProblemDetails> BeforeAsync(HttpContext http, IFlags flags) =>
        http.GetEndpoint()?.Metadata.GetMetadata<FlaggedAttribute>() is { } flagged
            && !await flags.IsOnAsync(flagged.Flag, http.FindCaller(), http.RequestAborted)
            ? Problem.NotFound("feature")
            : WolverineContinue.NoProblems;
}

public static class FlagSetup
{
    /// <summary>Enables <see cref="FlaggedAttribute"/> on endpoints.</summary>
    public static void UseFlags(this WolverineHttpOptions http) =>
        http.AddMiddleware(typeof(FlagRequired), chain => chain.HasAttribute<FlaggedAttribute>());
}
