using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>The progress of an erasure; the receipt alone is enough to read it.</summary>
[AnswerIsNeverStored]
public static class GetErasureEndpoint
{
    public static ProblemDetails Validate(Erasure? erasure) => erasure is null ? Problem.NotFound("erasure") : WolverineContinue.NoProblems;

    [WolverineGet("/api/users/erasures/{receipt:guid}")]
    public static ErasureView Get(Guid receipt, [Entity(nameof(receipt), Required = false)] Erasure? erasure) => ErasureView.Of(erasure!);
}
