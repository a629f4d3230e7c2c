using System.Buffers.Binary;
using System.Text.Json.Serialization;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Somebody's being forgotten. Its id is the receipt; when everybody has been asked for the last time it no longer says whose.
/// </summary>
public sealed class Erasure : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid? UserId { get; set; }

    public DateTimeOffset RegisteredAt { get; set; }

    public DateTimeOffset AskedAt { get; set; }

    /// <summary>When nothing was left of what was known; the rounds after that look for what was still under way then.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>How often everybody has been asked; 0 as long as the sessions have not ended.</summary>
    public int Round { get; set; }

    /// <summary>This round knows of orders that the one before did not.</summary>
    public bool FoundMore { get; set; }

    /// <summary>The contexts that have not answered yet.</summary>
    public IReadOnlyList<string> Waiting { get; set; } = [];

    /// <summary>Who the person was before they signed in.</summary>
    public IReadOnlyList<Guid> Guests { get; set; } = [];

    /// <summary>The person's orders.</summary>
    public IReadOnlyList<Guid> Orders { get; set; } = [];

    /// <summary>All that the person is known by where something about them lies.</summary>
    [JsonIgnore]
    public IReadOnlyList<Guid> About => [.. new[] { UserId }.OfType<Guid>(), .. Guests, .. Orders];

    /// <summary>Nothing was said about the person before, whichever clock is asked.</summary>
    [JsonIgnore]
    public DateTimeOffset Since =>
        Guests.Concat(Orders).Where(x => x.Version == 7).Select(MadeAt).Append(RegisteredAt).Min() - TimeSpan.FromHours(1);

    // The id of a guest, and of an order that was handed over, begins with its time (RFC 9562, section 5.7).
    private static DateTimeOffset MadeAt(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >> 16);
}

internal static class DeletedAccounts
{
    /// <summary>Removes all that core knows by the person's id; done again, it also removes what was written meanwhile.</summary>
    public static void DeleteAccount(this IDocumentSession documents, Guid user)
    {
        documents.Delete<User>(user);
        documents.Delete<AddressBook>(user);
        documents.DeleteWhere<PersonalExport>(x => x.UserId == user);
    }
}

/// <param name="Status">erasing; or erased, when nothing is left. For a minute more the shop then looks for what was still under
/// way.</param>
/// <param name="Waiting">Who has not finished: a context, or streams. Commerce waits until the last order on its way has ended.</param>
public sealed record ErasureView(Guid Receipt, string Status, IReadOnlyList<string> Waiting, DateTimeOffset AskedAt, DateTimeOffset? DoneAt)
{
    public static ErasureView Of(Erasure x) => x.DoneAt is null
        ? new(x.Id, "erasing", x.Waiting.Count == 0 ? ["streams"] : x.Waiting, x.AskedAt, null)
        : new(x.Id, "erased", [], x.AskedAt, x.DoneAt);
}
