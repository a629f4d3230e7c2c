using Aarya.Features.CorePlatform.Contracts;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Audit;

/// <summary>Writes what a member of staff did in search into the audit trail; a repeated event changes nothing.</summary>
public static class RecordSearchActHandler
{
    public static IMartenOp Handle(SearchActedNotice acted) => MartenOps.Store(AuditEntry.Of(acted.Act));
}
