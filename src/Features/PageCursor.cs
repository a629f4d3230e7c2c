using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features;

/// <summary>The time and the id of the last item of a page. The next page begins after them. Opaque to clients.</summary>
/// <param name="At">Is compared with what the database stores, so it must be <see cref="Times.ToMicrosecond"/>.</param>
public sealed record PageCursor(DateTimeOffset At, Guid Id)
{
    private const int Size = 24;

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
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return null;
        return new(new(ticks, TimeSpan.Zero), new(bytes[8..], bigEndian: true));
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, At.UtcTicks);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
