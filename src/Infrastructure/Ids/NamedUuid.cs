using System.Security.Cryptography;
using System.Text;

namespace Aarya.Infrastructure.Ids;

/// <summary>A UUID that follows from a name: the same name always gives the same id, in every process.</summary>
public static class NamedUuid
{
    private const int Size = 16;

    /// <summary>A UUID of version 8: the first bits of the name's SHA-256 (RFC 9562, section 5.8).</summary>
    public static Guid Of(string name)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, Size);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new(bytes, bigEndian: true);
    }

    /// <summary>
    /// The id in the form without version and variant that payments use: stored refunds have such ids, and with others a refund that was
    /// made before would be made again. New kinds of ids come from <see cref="Of"/>.
    /// </summary>
    public static Guid WithoutVersion(ReadOnlySpan<byte> name) => new(SHA256.HashData(name).AsSpan(0, Size));
}
