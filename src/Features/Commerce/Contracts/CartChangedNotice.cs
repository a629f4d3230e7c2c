using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>The quantity of a SKU in the cart, before and after the change.</summary>
public sealed record CartChangedLine(string Sku, int Was, int Quantity);

/// <summary>A cart changed. Written by change-cart.lua together with the change itself, for analytics.</summary>
/// <param name="Change">add, set, remove, clear, ordered or merge.</param>
/// <param name="Source">Where the visit came from; null when it is not known.</param>
/// <param name="Device">The kind of the visitor's device; null when it is not known.</param>
[WireEvent("commerce.cart_changed.v1", Streams.Analytics)]
public sealed record CartChangedNotice(
    Guid Subject, string Change, IReadOnlyList<CartChangedLine> Lines, DateTimeOffset At, string? Source = null, string? Device = null);
