using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.CorePlatform.Backups;

/// <summary>How old the backups are that <c>./aarya backup</c> has recorded.</summary>
internal static class BackupGauges
{
    /// <summary>Before the first one, it is the time for which the shop has run without: the keys of a new shop are used at once.</summary>
    public static readonly DatabaseGauge Age = new("aarya_backup_age_seconds",
        "Time since the newest backup ended, of all or of those that were verified; before the first one, since the shop first ran.",
        """
        select extract(epoch from now() - coalesce(newest, (select min(first_used_at) from core.key_use), now()))::float8, state
        from (
          select 'made' as state, max(ended_at) as newest from core.backup
          union all select 'verified', max(ended_at) from core.backup where verified_at is not null
        ) as backups
        """, "state");
}
