using Aarya.Features;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Specs.Streams.Edge;

public enum PetSize
{
    Small,
    VeryLarge,
}

public sealed record Toy(string Name, int Count);

/// <summary>A request with a member of every kind, for the specs of refused input.</summary>
public sealed record AdmitPet(
    string Name,
    int Legs,
    Guid ShelterId,
    PetSize Size,
    string? Nickname = null,
    Money? Fee = null,
    IReadOnlyList<Toy>? Toys = null,
    DateTimeOffset? BornAt = null,
    DateOnly? AdmittedOn = null,
    bool Vaccinated = false,
    long Chip = 0,
    decimal Weight = 1,
    Dictionary<string, string>? Notes = null);

public sealed record ReleasePet(string? Reason = null);

public static class PetEndpoints
{
    [WolverinePost("/specs/pets/{id}/released")]
    public static ReleasePet PostReleased(Guid id, ReleasePet release) => release;

    [WolverinePost("/specs/pets")]
    public static AdmitPet Post(AdmitPet pet) => pet;

    [WolverineGet("/specs/pets/{id}")]
    public static string Get(Guid id, int? limit, PetSize? size, string? q) => $"{id} {limit} {size} {q}";

    [WolverineGet("/specs/pets/by-name/{name}")]
    public static string GetByName(string name) => name;

    [WolverineGet("/specs/pets/none")]
    public static AdmitPet? GetNone() => null;

    [WolverineGet("/specs/pets/broken")]
    public static string GetBroken() => throw new InvalidOperationException("a secret");

    [WolverineGet("/specs/pets/who")]
    public static IResult GetWho(HttpContext http) =>
        Results.Ok(new
        {
            host = http.Request.Host.Value,
            scheme = http.Request.Scheme,
            address = http.Connection.RemoteIpAddress?.ToString(),
        });
}
