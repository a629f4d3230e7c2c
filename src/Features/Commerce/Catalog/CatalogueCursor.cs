using System.Buffers.Binary;
using System.Buffers.Text;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>Where a page ended. Opaque to clients.</summary>
public sealed record CatalogueCursor(DateTimeOffset PublishedAt, Guid Id)
{
    private const int Size = 24;

    public static CatalogueCursor Of(Product product) => new(product.PublishedAt, product.Id);

    /// <summary>Null when the text is not a cursor of ours.</summary>
    public static CatalogueCursor? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != 32 || !Base64Url.TryDecodeFromChars(text, bytes, out var written) || written != Size) return null;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return null;
        return new(new(ticks, TimeSpan.Zero), new(bytes[8..], bigEndian: true));
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, PublishedAt.UtcTicks);
        Id.TryWriteBytes(bytes[8..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }
}
