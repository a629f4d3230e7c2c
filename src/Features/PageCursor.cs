using System.Buffers.Binary;
using System.Buffers.Text;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features;

/// <summary>The time and the id of the last item of a page. The next page begins after them. Opaque to clients.</summary>
public sealed record PageCursor(DateTimeOffset At, Guid Id)
{
    private const int Size = 24;

    /// <param name="at">Is rounded to the microsecond as PostgreSQL rounds it when it casts the text of a document to a time.</param>
    public static PageCursor Of(DateTimeOffset at, Guid id)
    {
        var fraction = at.UtcTicks % TimeSpan.TicksPerSecond;
        var microseconds = (long)Math.Round((double)fraction / TimeSpan.TicksPerSecond * 1_000_000);
        return new(new(at.UtcTicks - fraction + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero), id);
    }

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
        if (text?.Length != 32 || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size) return null;
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
