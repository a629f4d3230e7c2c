using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Content.Contracts;

/// <summary>How often something happened on a day.</summary>
/// <param name="Day">By the calendar of India.</param>
/// <param name="Kind">What happened, such as <c>add_to_cart</c>.</param>
/// <param name="Subject">What it happened to, such as a SKU; empty when it has no subject.</param>
public sealed record VisitorCount(DateOnly Day, string Kind, string Subject, double Count);

/// <summary>The counts of one visitor's events, as the stream <c>analytics</c> carries them.</summary>
/// <param name="Source">Where the visitor came from; empty when that is not known.</param>
/// <param name="Device">The kind of the visitor's device; empty when that is not known.</param>
[WireEvent(Type, Streams.Analytics)]
public sealed record VisitorCountsNotice(string Source, string Device, IReadOnlyList<VisitorCount> Counts)
{
    /// <summary>The type of their entries.</summary>
    public const string Type = "content.visitor_counts.v1";
}
