using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.CorePlatform.Backups;

/// <summary>How old the backups are that <c>./aarya backup</c> has recorded, and whether the log follows them.</summary>
internal static class BackupGauges
{
    /// <summary>
    /// Before the first one, it is the time for which the shop has run without: the keys of a new shop are used at once. A backup that ends
    /// in the future was made while a clock was wrong, and does not count before its time; the machines' clocks may differ by minutes.
    /// </summary>
    public static readonly DatabaseGauge Age = new("aarya_backup_age_seconds",
        "Time since the newest backup ended, of all or of those that were verified; before the first one, since the shop first ran;"
        + " elsewhere is 0, where others make them.",
        """
        select
          greatest(extract(epoch from now() - coalesce(newest, (select min(first_used_at) from core.key_use), now())), 0)::float8, state
        from (
          select 'made' as state, max(ended_at) as newest from core.backup where ended_at <= now() + interval '5 minutes'
          union all
          select 'verified', max(ended_at) from core.backup where ended_at <= now() + interval '5 minutes' and verified_at is not null
        ) as backups
        """, "state")
    {
        // Present, so that its absence still means that it cannot be read.
        Instead = ("AARYA_BACKUPS_ELSEWHERE", "select 0::float8, 'elsewhere'"),
    };

    /// <summary>
    /// Between two backups only the archived log has what shoppers do. PostgreSQL repeats what fails; what waits shows by the number of the
    /// segment that it writes now, or as a failure after the last success. Any login may read both. After a quiet time the age may be too
    /// high for the moment in which the next segment is stored.
    /// </summary>
    public static readonly DatabaseGauge ArchiveWaiting = new("aarya_log_archive_waiting_seconds",
        "Time since PostgreSQL last archived a part of its log, while one waits or fails, else 0; absent where it archives nothing.",
        """
        select case when last_failed_time > coalesce(last_archived_time, '-infinity') or written - archived > 1
          then extract(epoch from greatest(now() - coalesce(last_archived_time, stats_reset), interval '0')) else 0 end::float8
        from pg_stat_archiver, pg_size_bytes(current_setting('wal_segment_size')) as size,
          lateral (select substring(last_archived_wal from '^[0-9A-F]{24}') as name) as last,
          lateral (select ('x' || substr(name, 9, 8))::bit(32)::bigint * ((1::bigint << 32) / size)
            + ('x' || substr(name, 17, 8))::bit(32)::bigint as archived) as stored,
          lateral (select case when not pg_is_in_recovery() then
            div(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), size)::bigint end as written) as present
        where current_setting('archive_mode') <> 'off' and not pg_is_in_recovery()
        """);
}
