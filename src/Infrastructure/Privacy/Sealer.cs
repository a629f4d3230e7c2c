using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Aarya.Infrastructure.Privacy;

/// <summary>
/// Seals personal fields: AES-256-GCM (NIST SP 800-38D) with a new random nonce, written as <c>sealed:key:base64url</c> of nonce,
/// ciphertext and tag. A value in another form was written before fields were sealed, and is read as it is.
/// </summary>
public sealed partial class Sealer
{
    private const string Mark = "sealed:";
    private const string IndexMark = "index:";
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly Lazy<EncryptionKeys> keys;

    /// <param name="keys">Called at the first use: commands that seal and open nothing need no key.</param>
    public Sealer(Func<EncryptionKeys> keys) => this.keys = new(keys);

    public Sealer(EncryptionKeys keys) => this.keys = new(keys);

    public EncryptionKeys Keys => keys.Value;

    public string Seal(string clear) => Seal(Encoding.UTF8.GetBytes(clear));

    public string Seal(ReadOnlySpan<byte> clear)
    {
        var key = Keys.First;
        var box = new byte[NonceSize + clear.Length + TagSize];
        var nonce = box.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key.Sealing, TagSize);
        aes.Encrypt(nonce, clear, box.AsSpan(NonceSize, clear.Length), box.AsSpan(NonceSize + clear.Length));
        return $"{Mark}{key.Id}:{Base64Url.EncodeToString(box)}";
    }

    /// <summary>The sealed text in a form that a URL may contain. The rotation of keys does not find it.</summary>
    public string SealForUrl(string clear) => Seal(clear)[Mark.Length..].Replace(':', '.');

    /// <summary>Null when the text was not made by <see cref="SealForUrl"/>, or its key is no longer configured.</summary>
    public string? OpenFromUrl(string text)
    {
        try
        {
            return TryOpen($"{Mark}{text.Replace('.', ':')}", out var clear) ? Encoding.UTF8.GetString(clear) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <exception cref="CryptographicException">It was sealed with a key that is no longer configured, or was changed since.</exception>
    public string Open(string text) => TryOpen(text, out var clear) ? Encoding.UTF8.GetString(clear) : text;

    /// <summary>The same for the bytes of the text.</summary>
    /// <inheritdoc cref="Open"/>
    public byte[] Open(byte[] text) =>
        text.AsSpan().StartsWith("sealed:"u8) && TryOpen(Encoding.Latin1.GetString(text), out var clear) ? clear : text;

    /// <summary>False when it is not sealed.</summary>
    /// <inheritdoc cref="Open(string)"/>
    public bool TryOpen(string text, [NotNullWhen(true)] out byte[]? clear)
    {
        clear = null;
        if (!text.StartsWith(Mark, StringComparison.Ordinal) || !Whole().IsMatch(text)) return false;
        var colon = text.IndexOf(':', Mark.Length);
        var id = text.AsSpan(Mark.Length, colon - Mark.Length);
        var key = Keys.Find(id)
            ?? throw new CryptographicException($"A field is sealed with the key {id}, which ENCRYPTION_KEY does not have.");
        if (!Base64Url.IsValid(text.AsSpan(colon + 1))) throw new CryptographicException("A field looks sealed, but is not.");
        var box = Base64Url.DecodeFromChars(text.AsSpan(colon + 1));
        clear = new byte[box.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key.Sealing, TagSize);
        aes.Decrypt(box.AsSpan(0, NonceSize), box.AsSpan(NonceSize, clear.Length), box.AsSpan(NonceSize + clear.Length), clear);
        return true;
    }

    /// <summary>
    /// A keyed hash (HMAC-SHA256) with the first key. It shows only whether two values are equal, without regard to case and surrounding
    /// spaces.
    /// </summary>
    public string IndexOf(string value) => IndexOf(value, Keys.First);

    /// <summary>The same with every key, so that values from before a rotation are found, too.</summary>
    public string[] IndexesOf(string value) => [.. Keys.All.Select(x => IndexOf(value, x))];

    /// <summary>True when the text contains something that was made with another key than the first.</summary>
    public bool IsStale(string text) => Any().Matches(text).Any(x => x.Groups["key"].Value != Keys.First.Id);

    /// <summary>
    /// The text with all its sealed values sealed with the first key. Blind indexes stay: a hash does not reveal its value.
    /// </summary>
    /// <inheritdoc cref="Open(string)"/>
    public string Renew(string text) => Any().Replace(text, x =>
        x.Groups["mark"].Value == Mark && x.Groups["key"].Value != Keys.First.Id && TryOpen(x.Value, out var clear)
            ? Seal(clear)
            : x.Value);

    private static string IndexOf(string value, EncryptionKey key)
    {
        var hash = HMACSHA256.HashData(key.Indexing, Encoding.UTF8.GetBytes(value.Trim().ToLowerInvariant()));
        return $"{IndexMark}{key.Id}:{Base64Url.EncodeToString(hash)}";
    }

    // 38 characters are nonce and tag of an empty text.
    [GeneratedRegex(@"^sealed:[A-Za-z0-9-]{1,32}:[A-Za-z0-9_-]{38,}\z")]
    private static partial Regex Whole();

    [GeneratedRegex("(?<mark>sealed:|index:)(?<key>[A-Za-z0-9-]{1,32}):[A-Za-z0-9_-]{38,}")]
    private static partial Regex Any();
}
