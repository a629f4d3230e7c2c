using JasperFx;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Infrastructure.Http;

/// <summary>Turns a lost race into an honest 409 for every endpoint, so no slice handles it by hand.</summary>
public static class ConflictProblem
{
    public static ProblemDetails OnException(ConcurrencyException lost) =>
        Problem.Conflict("conflict.changed_meanwhile", "Changed by someone else",
            "Somebody changed this at the same moment: read it again and repeat what you still want.");
}
