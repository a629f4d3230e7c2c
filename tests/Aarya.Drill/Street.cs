using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Aarya.Drill;

/// <summary>What all shoppers share.</summary>
internal sealed class Street(HttpClient http, Witness witness, Shelf shelf, Staff support, ECDsa signingKey)
{
    public HttpClient Http => http;

    public Witness Witness => witness;

    public Shelf Shelf => shelf;

    public Staff Support => support;

    public ECDsa SigningKey => signingKey;

    /// <summary>Customers without a running story; their carts keep what earlier stories left.</summary>
    public ConcurrentBag<Account> Accounts { get; } = [];

    /// <summary>A client with its own network address, as behind a proxy.</summary>
    public Client NewClient() => new(http, witness, $"10.{Random.Shared.Next(256)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}");
}
