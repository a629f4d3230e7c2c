using System.Buffers.Binary;
using System.Text.Json.Serialization;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>The erasure of a person's data. Its id is the receipt; after the last round it no longer names the person.</summary>
public sealed class Erasure : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid? UserId { get; set; }

    public DateTimeOffset RegisteredAt { get; set; }

    public DateTimeOffset AskedAt { get; set; }

    /// <summary>When all known data was erased; later rounds erase what messages in transit brought after that.</summary>
    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>The number of rounds so far; 0 as long as the sessions have not ended.</summary>
    public int Round { get; set; }

    /// <summary>This round found orders that the one before did not.</summary>
    public bool FoundMore { get; set; }

    /// <summary>The contexts that have not answered yet.</summary>
    public IReadOnlyList<string> Waiting { get; set; } = [];

    /// <summary>The ids that the person had as a guest.</summary>
    public IReadOnlyList<Guid> Guests { get; set; } = [];

    /// <summary>The person's orders.</summary>
    public IReadOnlyList<Guid> Orders { get; set; } = [];

    /// <summary>All ids under which data about the person is stored.</summary>
    [JsonIgnore]
    public IReadOnlyList<Guid> About => [.. new[] { UserId }.OfType<Guid>(), .. Guests, .. Orders];

    /// <summary>No message about the person is older, even if clocks differ.</summary>
    [JsonIgnore]
    public DateTimeOffset Since =>
        Guests.Concat(Orders).Where(x => x.Version == 7).Select(MadeAt).Append(RegisteredAt).Min() - TimeSpan.FromHours(1);

    // The id of a guest, and of an order that was handed over, begins with its time (RFC 9562, section 5.7).
    private static DateTimeOffset MadeAt(Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >> 16);
}

internal static class DeletedAccounts
{
    /// <summary>Deletes all that core stores under the person's id; a second call also deletes what was written meanwhile.</summary>
    public static void DeleteAccount(this IDocumentSession documents, Guid user)
    {
        documents.Delete<User>(user);
        documents.Delete<AddressBook>(user);
        documents.DeleteWhere<PersonalExport>(x => x.UserId == user);
    }
}

/// <param name="Status">erasing, or erased when all known data is gone. For a minute more the shop then erases what messages in transit
/// bring.</param>
/// <param name="Waiting">What has not finished: contexts, or streams. Commerce waits until the person's last open order has ended.</param>
public sealed record ErasureView(Guid Receipt, string Status, IReadOnlyList<string> Waiting, DateTimeOffset AskedAt, DateTimeOffset? DoneAt)
{
    public static ErasureView Of(Erasure x) => x.DoneAt is null
        ? new(x.Id, "erasing", x.Waiting.Count == 0 ? ["streams"] : x.Waiting, x.AskedAt, null)
        : new(x.Id, "erased", [], x.AskedAt, x.DoneAt);
}
