using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features;

/// <summary>What a list is sorted by, of the last item of a page; the next page begins after it. Opaque to clients.</summary>
/// <param name="Key">A time in ticks, or a number.</param>
/// <param name="Id">Decides between items with the same key.</param>
public sealed record PageCursor(long Key, Guid Id)
{
    private const int Size = 24;

    /// <param name="at">Is compared with what the database stores, so it must be <see cref="Times.ToMicrosecond"/>.</param>
    public PageCursor(DateTimeOffset at, Guid id) : this(at.UtcTicks, id) { }

    public DateTimeOffset At => new(Key, TimeSpan.Zero);

    /// <summary>Refuses a size of a page that is out of bounds, and a cursor that no page returned.</summary>
    public static ProblemDetails Validate(int limit, int largest, string? cursor)
    {
        if (limit < 1 || limit > largest) return Problem.Invalid("limit", $"must be from 1 to {largest}.");
        return string.IsNullOrEmpty(cursor) || Parse(cursor) is not null
            ? WolverineContinue.NoProblems
            : Problem.Invalid("cursor", "must be the nextCursor of an earlier page.");
    }

    /// <summary>Null when the text is not a cursor of ours.</summary>
    public static PageCursor? Parse(string? text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text?.Length != 32 || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != Size)
            return null;
        var key = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (key < 0 || key > DateTime.MaxValue.Ticks) return null;
        return new(key, new Guid(bytes[8..], bigEndian: true));
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Key);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
