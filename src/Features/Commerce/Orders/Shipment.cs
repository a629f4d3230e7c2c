namespace Aarya.Features.Commerce.Orders;

/// <summary>How an order travels.</summary>
/// <param name="Carrier">Who carries it, as the shop's people wrote it.</param>
/// <param name="TrackingNumber">What the carrier knows it by.</param>
/// <param name="DeliveredAt">Null while it is under way.</param>
public sealed record Shipment(string Carrier, string TrackingNumber, DateTimeOffset ShippedAt, DateTimeOffset? DeliveredAt = null);
