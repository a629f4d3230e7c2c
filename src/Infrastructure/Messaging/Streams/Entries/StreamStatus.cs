namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>How far a group has read a stream.</summary>
/// <param name="Name">The context; <c>compactor</c> for what is archived or counted.</param>
/// <param name="Pending">Entries that were read and not acknowledged.</param>
/// <param name="Unread">
/// Entries that were not read; at most as many as the caller of <see cref="StreamHistory.StatusAsync"/> allows.
/// </param>
/// <param name="OldestAt">When the oldest entry was added that the group has not acknowledged; null when there is none.</param>
public sealed record GroupStatus(string Name, long Pending, int Unread, DateTimeOffset? OldestAt);

/// <summary>How full a stream is.</summary>
/// <param name="Length">Its entries.</param>
/// <param name="Cap">The most entries that it keeps.</param>
/// <param name="Hours">The longest age of an entry that it keeps.</param>
/// <param name="Bytes">The memory that it takes, estimated by Redis.</param>
/// <param name="OldestAt">When its oldest entry was added; null when it is empty.</param>
public sealed record StreamStatus(
    string Name, long Length, int Cap, int Hours, long Bytes, DateTimeOffset? OldestAt, IReadOnlyList<GroupStatus> Groups);
