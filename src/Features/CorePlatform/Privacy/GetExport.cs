using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>The progress of an export.</summary>
public static class GetExportEndpoint
{
    public static async Task<(PersonalExport?, ProblemDetails)> LoadAsync(Guid id, Caller caller, IQuerySession documents,
        CancellationToken cancellation) =>
        await documents.LoadAsync<PersonalExport>(id, cancellation) is { } export && export.UserId == caller.Subject
            ? (export, WolverineContinue.NoProblems)
            : (null, Problem.NotFound("export"));

    [WolverineGet("/api/users/me/export/{id:guid}")]
    public static ExportView Get(PersonalExport export) => ExportView.Of(export);
}
