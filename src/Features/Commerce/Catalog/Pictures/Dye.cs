using System.Collections.Frozen;

namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>The colour of a cloth, found by its name in the shop.</summary>
internal readonly record struct Dye(byte Red, byte Green, byte Blue)
{
    public static Dye White { get; } = new(255, 255, 255);

    public static Dye Black { get; } = new(18, 14, 18);

    public static Dye Gold { get; } = new(198, 156, 69);

    public bool IsDark => (0.299 * Red) + (0.587 * Green) + (0.114 * Blue) < 140;

    /// <summary>The colour of this name, or of its first word that names a colour; for an unknown name, a colour derived from it.</summary>
    public static Dye Of(string name)
    {
        if (Find(name) is { } whole) return whole;
        foreach (var word in name.Split([' ', '-', '/'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (Find(word) is { } known) return known;
        }

        var hash = StableChoice.Of(name);
        return FromHue(hash.Next(360), 0.42 + (hash.Next(20) / 100.0), 0.42 + (hash.Next(20) / 100.0));
    }

    public Dye Mix(Dye other, double share) =>
        new(Blend(Red, other.Red, share), Blend(Green, other.Green, share), Blend(Blue, other.Blue, share));

    public Dye Lighter(double share) => Mix(White, share);

    public Dye Darker(double share) => Mix(Black, share);

    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    private static byte Blend(byte from, byte to, double share) => (byte)Math.Round(from + ((to - from) * share));

    private static Dye FromHue(int hue, double saturation, double lightness)
    {
        var chroma = saturation * Math.Min(lightness, 1 - lightness);
        return new(Channel(0), Channel(8), Channel(4));

        byte Channel(int n)
        {
            var k = (n + (hue / 30.0)) % 12;
            return (byte)Math.Round(255 * (lightness - (chroma * Math.Max(-1, Math.Min(Math.Min(k - 3, 9 - k), 1)))));
        }
    }

    private static Dye? Find(string name) => Known.TryGetValue(name, out var hex)
        ? new((byte)(hex >> 16), (byte)(hex >> 8), (byte)hex)
        : null;

    private static readonly FrozenDictionary<string, int> Known = new Dictionary<string, int>
    {
        ["white"] = 0xF4F2ED,
        ["off white"] = 0xEFE9DC,
        ["ivory"] = 0xF1E8D3,
        ["cream"] = 0xF2E6C9,
        ["ecru"] = 0xE3D6BB,
        ["beige"] = 0xD6C3A1,
        ["sand"] = 0xCDB48B,
        ["khaki"] = 0xA99A72,
        ["camel"] = 0xB88A55,
        ["tan"] = 0xAF7946,
        ["brown"] = 0x6B4730,
        ["chocolate"] = 0x4A2F22,
        ["coffee"] = 0x574033,
        ["black"] = 0x26252A,
        ["charcoal"] = 0x44474D,
        ["grey"] = 0x8D9096,
        ["silver"] = 0xB9BCC2,
        ["slate"] = 0x5D6875,
        ["red"] = 0xB5252C,
        ["madder"] = 0x9C2F2A,
        ["brick"] = 0xA3432F,
        ["maroon"] = 0x6C1F2C,
        ["wine"] = 0x5C2038,
        ["crimson"] = 0xA51C36,
        ["rust"] = 0xB0522B,
        ["terracotta"] = 0xC26B4C,
        ["coral"] = 0xE5775F,
        ["peach"] = 0xEEB596,
        ["blush"] = 0xE6B8AF,
        ["rose"] = 0xC9616F,
        ["pink"] = 0xDD7C9B,
        ["rani"] = 0xC7246B,
        ["rani pink"] = 0xC7246B,
        ["hot pink"] = 0xD63A7F,
        ["magenta"] = 0xB0246F,
        ["mauve"] = 0xA27E9B,
        ["plum"] = 0x653660,
        ["aubergine"] = 0x46264A,
        ["purple"] = 0x65408A,
        ["lilac"] = 0xC0ABD4,
        ["lavender"] = 0xAE9FD0,
        ["orange"] = 0xDC7A2B,
        ["saffron"] = 0xE9961F,
        ["marigold"] = 0xE8A423,
        ["turmeric"] = 0xDDA321,
        ["mustard"] = 0xCE9A22,
        ["yellow"] = 0xE5C03F,
        ["lemon"] = 0xEBD873,
        ["gold"] = 0xC69C45,
        ["green"] = 0x3C7A4E,
        ["sage"] = 0x9BAC87,
        ["olive"] = 0x6C6B38,
        ["bottle green"] = 0x164B39,
        ["emerald"] = 0x17775A,
        ["mint"] = 0xB2D6BF,
        ["pista"] = 0xB9CB92,
        ["fern"] = 0x5B8250,
        ["forest"] = 0x2A5239,
        ["henna"] = 0x6F6B2E,
        ["teal"] = 0x1F6C70,
        ["peacock"] = 0x0F6377,
        ["turquoise"] = 0x3FA5A5,
        ["aqua"] = 0x8CC8C6,
        ["sky blue"] = 0x8CB7DB,
        ["powder blue"] = 0xB2C8DD,
        ["blue"] = 0x3A67A8,
        ["royal blue"] = 0x2C4BA6,
        ["indigo"] = 0x2F3F7A,
        ["navy"] = 0x232F57,
        ["midnight"] = 0x1C2440,
        ["denim"] = 0x4A678F,
        ["ink"] = 0x27304A,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
