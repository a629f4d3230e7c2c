namespace Aarya.Features.Commerce.Orders;

/// <summary>The shipment of an order.</summary>
/// <param name="Carrier">The carrier, as staff entered it.</param>
/// <param name="TrackingNumber">The carrier's tracking number.</param>
/// <param name="DeliveredAt">Null until it is delivered.</param>
/// <param name="TrackingUrl">The carrier's page about the parcel, if staff entered one.</param>
public sealed record Shipment(string Carrier, string TrackingNumber, DateTimeOffset ShippedAt, DateTimeOffset? DeliveredAt = null,
    string? TrackingUrl = null);
