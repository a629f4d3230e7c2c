using Aarya.Features.CorePlatform.Contracts;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Audit;

/// <summary>Writes what a member of staff did in content into the audit trail; a repeated event changes nothing.</summary>
public static class RecordContentActHandler
{
    public static IMartenOp Handle(ContentActedNotice acted) => MartenOps.Store(AuditEntry.Of(acted.Act));
}
