using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

/// <summary>One account, for staff; the audit trail records that they read it.</summary>
[Authorize("support")]
public static class GetAccountEndpoint
{
    public static ProblemDetails Validate(User? user) => user is null ? Problem.NotFound("user") : WolverineContinue.NoProblems;

    [WolverineGet("/api/admin/users/{id:guid}")]
    public static (AccountView, IMartenOp) Get(Guid id, Caller caller, [Entity(nameof(id), Required = false)] User? user,
        DateTimeOffset now) =>
        (AccountView.Of(user!), MartenOps.Insert(AuditEntry.Of(caller, AuditActions.AccountRead, "user", $"{id:D}", now)));
}
