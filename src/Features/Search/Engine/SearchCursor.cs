using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// What the first page of a search looked for, where that was not the text with every word: all its pages look for the same.
/// </summary>
/// <param name="Corrected">The corrected text; null when nothing was corrected.</param>
/// <param name="Dropped">The words of the text that the corrected one does not have, separated by spaces.</param>
/// <param name="Optional">A bit for each word, in the order of the text, that a product need not have.</param>
/// <param name="Price">What the price in the text was.</param>
internal sealed record SoughtInstead(string? Corrected, string Dropped, ushort Optional, PriceInText Price)
{
    private const int LongestBytes = 2_200;

    // A corrected word may be longer than the typed one.
    private const int LongestText = 2 * SearchQuery.LongestText;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null when the bytes are none.</summary>
    public static SoughtInstead? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is < sizeof(ushort) or > LongestBytes) return null;
        try
        {
            // Without a price, an older program reads it, too.
            if (Strict.GetString(bytes[sizeof(ushort)..]).Split('\n') is not [var corrected, var dropped, .. var price] || price.Length > 1
                || Math.Max(corrected.Length, dropped.Length) > LongestText || (corrected + dropped).Any(char.IsControl)) return null;
            var meaning = PriceInText.None;
            if (price is [var name] && (!Enum.TryParse(name, out meaning) || !Enum.IsDefined(meaning))) return null;
            return new(
                corrected.Length == 0 ? null : corrected, dropped, BinaryPrimitives.ReadUInt16BigEndian(bytes), meaning);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, Optional);
        var price = Price == PriceInText.None ? "" : $"\n{Price}";
        return [.. bytes, .. Encoding.UTF8.GetBytes($"{Corrected}\n{Dropped}{price}")];
    }
}

/// <summary>What a price in a text was to the first page of its search.</summary>
internal enum PriceInText
{
    /// <summary>There was none, or the page is of an older program.</summary>
    None,

    /// <summary>Part of a name.</summary>
    Name,

    Filter,

    /// <summary>Left out, because no product has such a price.</summary>
    LeftOut,
}

/// <summary>Where a page ended. Opaque to clients.</summary>
/// <param name="Key">
/// The price, the time of publication and the stock (<see cref="KeyOf(SearchQuery, long, bool)"/>), the rank and the sales
/// (<see cref="KeyOf(float, int)"/>), the sales, or ten-thousandths of the reduction.
/// </param>
/// <param name="RanksBySales">As it was for the page: the next page must have the same order.</param>
/// <param name="ScoredAt">
/// The time of the scores of the first page, in Unix milliseconds: the next pages have the order of that time. Null when the order does not
/// depend on scores.
/// </param>
public sealed record SearchCursor(SearchSort Sort, long Key, Guid Id, bool RanksBySales = false, long? ScoredAt = null)
{
    // The first byte has the order and the bits, then come the key, the id, and what the bits say.
    private const int Size = 25;
    private const int Longest = 3_000;
    private const byte SortBits = 0x07;
    private const byte TimeBit = 0x08;
    private const byte InsteadBit = 0x10;
    private const byte SoldOutLastBit = 0x20;
    private const byte ElasticsearchBit = 0x40;
    private const byte SalesBit = 0x80;

    // Above every time in ticks.
    private const long InStockBit = 1L << 62;

    /// <summary>What the page looked for instead of the text; null when it was the text, with every word.</summary>
    internal SoughtInstead? Instead { get; init; }

    /// <summary>As <see cref="SearchQuery.SoldOutLast"/> was for the page.</summary>
    public bool SoldOutLast { get; init; }

    /// <summary>
    /// The rank is a score of Elasticsearch, which adds to products in stock what PostgreSQL takes from the others.
    /// </summary>
    public bool IsOfElasticsearch { get; init; }

    /// <summary>True when the page ended among the products in stock; only with <see cref="SoldOutLast"/>.</summary>
    public bool IsInStock => (Key & InStockBit) != 0;

    /// <summary>Of the last product of the page, in UTC, when the newest come first.</summary>
    public long PublishedTicks => Key & ~InStockBit;

    /// <summary>Null when the text is not a valid cursor.</summary>
    public static SearchCursor? Parse(string text)
    {
        if (text.Length is < 34 or > Longest) return null;
        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (Base64Url.DecodeFromChars(text, buffer, out _, out var written) != OperationStatus.Done) return null;
        ReadOnlySpan<byte> bytes = buffer.AsSpan(0, written);
        if (bytes.Length < Size || (bytes[0] & ~(SortBits | TimeBit | InsteadBit | SoldOutLastBit | ElasticsearchBit | SalesBit)) != 0
            || !Enum.IsDefined((SearchSort)(bytes[0] & SortBits))) return null;
        var more = bytes[Size..];
        long? scoredAt = null;
        if ((bytes[0] & TimeBit) != 0)
        {
            if (more.Length < sizeof(long)) return null;
            scoredAt = BinaryPrimitives.ReadInt64BigEndian(more);
            more = more[sizeof(long)..];
        }

        var hasInstead = (bytes[0] & InsteadBit) != 0;
        var instead = hasInstead ? SoughtInstead.Parse(more) : null;
        if (hasInstead ? instead is null : more.Length > 0) return null;
        var cursor = new SearchCursor((SearchSort)(bytes[0] & SortBits), BinaryPrimitives.ReadInt64BigEndian(bytes[1..]),
            new(bytes[9..Size], bigEndian: true), (bytes[0] & SalesBit) != 0, scoredAt)
        {
            Instead = instead,
            SoldOutLast = (bytes[0] & SoldOutLastBit) != 0,
            IsOfElasticsearch = (bytes[0] & ElasticsearchBit) != 0,
        };
        return cursor.Sort switch
        {
            SearchSort.Newest when cursor.Key < 0 || cursor.PublishedTicks > DateTime.MaxValue.Ticks => null,
            not SearchSort.Newest when cursor.SoldOutLast => null,
            SearchSort.Relevance when !float.IsFinite(cursor.Rank) => null,
            _ => cursor,
        };
    }

    /// <summary>How well the product matches the text, when the order is that of relevance.</summary>
    public float Rank
    {
        get
        {
            var bits = Key >> 32;
            return BitConverter.Int32BitsToSingle((int)(bits >= 0 ? bits : int.MinValue - bits));
        }
    }

    /// <summary>A number in the order of the ranks, and among equal ranks in the order of the sales.</summary>
    /// <param name="sales">Not negative.</param>
    public static long KeyOf(float rank, int sales = 0)
    {
        var bits = BitConverter.SingleToInt32Bits(rank);
        return ((bits >= 0 ? bits : int.MinValue - (long)bits) << 32) | (uint)sales;
    }

    /// <summary>A number in the order of the time of publication; where the sold out come last, those in stock are above them.</summary>
    public static long KeyOf(SearchQuery query, long publishedTicks, bool inStock) =>
        query.SoldOutLast && inStock ? publishedTicks | InStockBit : publishedTicks;

    public override string ToString()
    {
        var instead = Instead?.ToBytes() ?? [];
        var bytes = new byte[Size + (ScoredAt is null ? 0 : sizeof(long)) + instead.Length];
        bytes[0] = (byte)((int)Sort | (RanksBySales ? SalesBit : 0) | (ScoredAt is null ? 0 : TimeBit)
            | (Instead is null ? 0 : InsteadBit) | (SoldOutLast ? SoldOutLastBit : 0)
            | (IsOfElasticsearch ? ElasticsearchBit : 0));
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Key);
        Id.TryWriteBytes(bytes.AsSpan(9), bigEndian: true, out _);
        if (ScoredAt is { } time) BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(Size), time);
        instead.CopyTo(bytes, bytes.Length - instead.Length);
        return Base64Url.EncodeToString(bytes);
    }
}
