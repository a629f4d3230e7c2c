using JasperFx;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Http;

/// <summary>Answers a lost race with 409 for every endpoint, so that no slice handles it itself.</summary>
public static class ConflictProblem
{
    public static ProblemDetails OnException(ConcurrencyException lost) =>
        Problem.Conflict("conflict.changed_meanwhile", "Changed by someone else",
            "Another request changed this at the same time: reload it and try again.");
}
