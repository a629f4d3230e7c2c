namespace Aarya.Features.Content.Letters;

/// <param name="MinutesLeft">How long the order can still be paid; 0 when that time is over.</param>
public sealed record DeclinedPayment(string Number, int MinutesLeft);
