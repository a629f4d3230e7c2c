namespace Aarya.Features.Payment.Providers;

/// <summary>All that is stored of a card.</summary>
public sealed record CardOnFile(string Brand, string Last4, int ExpMonth, int ExpYear);
