using System.Reflection;
using System.Text.Json;
using Aarya.Infrastructure.Http;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Http;

namespace Aarya.Infrastructure.Validation;

/// <summary>
/// Runs a slice's own Validator before its endpoint and answers 400 with all failures together, by the client's names of the fields.
/// </summary>
public sealed class RequestValidation<T>(IValidator<T> validator)
{
    public async Task<ProblemDetails> BeforeAsync(T request, CancellationToken cancellation)
    {
        var result = await validator.ValidateAsync(request, cancellation);
        if (result.IsValid) return WolverineContinue.NoProblems;
        var errors = result.ToDictionary().ToDictionary(x => JsonPath(x.Key), x => x.Value);
        return Problem.Invalid(errors);
    }

    private static string JsonPath(string property) =>
        string.Join('.', property.Split('.').Select(JsonNamingPolicy.CamelCase.ConvertName));
}

public sealed record ValidatedTypes(IReadOnlyList<Type> Requests);

public static class ValidationSetup
{
    public static IServiceCollection AddValidatorsFrom(this IServiceCollection services, Assembly features)
    {
        var found = AssemblyScanner.FindValidatorsInAssembly(features).ToList();
        foreach (var match in found) services.AddSingleton(match.InterfaceType, match.ValidatorType);
        return services.AddSingleton(new ValidatedTypes([.. found.Select(x => x.InterfaceType.GetGenericArguments()[0])]));
    }

    public static void UseValidators(this WolverineHttpOptions http, ValidatedTypes validated)
    {
        foreach (var request in validated.Requests)
            http.AddMiddleware(typeof(RequestValidation<>).MakeGenericType(request), chain => chain.RequestType == request);
    }
}
