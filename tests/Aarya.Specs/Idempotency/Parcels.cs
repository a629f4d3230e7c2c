using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Idempotency;
using JasperFx.Metadata;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Specs.Idempotency;

/// <summary>What the specs of keyed requests write: every effect adds one parcel.</summary>
public sealed class Parcel : IVersioned
{
    public Guid Id { get; set; }

    public string Label { get; set; } = "";

    public bool Returned { get; set; }

    public Guid Version { get; set; }
}

public sealed record SendParcel(string Label);

public sealed record ParcelView(Guid Id, string Label);

public sealed record ParcelSent(Guid Id, string Label) : CreationResponse($"/specs/parcels/{Id}");

/// <summary>One endpoint for every way of answering: a body, a created body, a result, nothing, text.</summary>
[MartenStore(typeof(IContentStore))]
public static class ParcelEndpoints
{
    /// <summary>When set, the endpoint waits for it between its effect and its commit.</summary>
    public static TaskCompletionSource? Gate { get; set; }

    /// <summary>Completed when an endpoint waits at the <see cref="Gate"/>.</summary>
    public static TaskCompletionSource Arrived { get; set; } = new();

    /// <summary>When set, the commit fails in the database.</summary>
    public static bool CommitFails { get; set; }

    [WolverinePost("/specs/parcels")]
    public static async Task<(ParcelSent, IMartenOp)> Post(SendParcel send, IDocumentSession session)
    {
        var parcel = new Parcel { Id = Guid.CreateVersion7(), Label = send.Label };
        if (CommitFails) session.QueueSqlCommand("select 1 / 0");
        if (Gate is { } gate)
        {
            Arrived.TrySetResult();
            await gate.Task;
        }

        return (new(parcel.Id, parcel.Label), MartenOps.Store(parcel));
    }

    [WolverinePost("/specs/parcels/plain")]
    public static (ParcelView, IMartenOp) PostPlain(SendParcel send)
    {
        var parcel = new Parcel { Id = Guid.CreateVersion7(), Label = send.Label };
        return (new(parcel.Id, parcel.Label), MartenOps.Store(parcel));
    }

    [WolverinePost("/specs/parcels/result")]
    public static (IResult, IMartenOp) PostResult(SendParcel send)
    {
        var parcel = new Parcel { Id = Guid.CreateVersion7(), Label = send.Label };
        return (Results.Accepted($"/specs/parcels/{parcel.Id}", new ParcelView(parcel.Id, parcel.Label)), MartenOps.Store(parcel));
    }

    [WolverinePost("/specs/parcels/text")]
    public static (string, IMartenOp) PostText(SendParcel send) =>
        ($"sent {Guid.NewGuid():N}", MartenOps.Store(new Parcel { Id = Guid.CreateVersion7(), Label = send.Label }));

    [WolverinePost("/specs/parcels/required"), IdempotencyKeyRequired, EmptyResponse]
    public static IMartenOp PostRequired(SendParcel send) => MartenOps.Store(new Parcel { Id = Guid.CreateVersion7(), Label = send.Label });
}

[MartenStore(typeof(IContentStore))]
public static class ReturnParcelEndpoint
{
    public static ProblemDetails Validate(Parcel parcel) => parcel.Returned
        ? new ProblemDetails { Status = 409, Title = "Returned already" }
        : WolverineContinue.NoProblems;

    [WolverinePut("/specs/parcels/{id}/returned"), EmptyResponse]
    public static IMartenOp Put([Entity] Parcel parcel)
    {
        parcel.Returned = true;
        return MartenOps.Store(parcel);
    }
}
