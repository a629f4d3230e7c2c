using System.Collections.Frozen;
using System.Globalization;
using AnyAscii;

namespace Aarya.Features.Addresses;

/// <summary>A state or union territory of India, and the PIN codes that India Post gives it.</summary>
/// <param name="Code">ISO 3166-2:IN without the country.</param>
/// <param name="Name">As addresses store it.</param>
public sealed record IndianState(string Code, string Name)
{
    // Code, name, PIN codes, other names and the ISO codes before 2023. Three digits mean all PIN codes that begin with them. Where post
    // offices serve both sides of a border, both states list the digits: an address that the post reaches must not be refused. Six digits
    // mean that one PIN code: the directory lists this post office in a state without other PIN codes of these first digits (decision 18).
    private const string Table =
        """
        AP|Andhra Pradesh|500-509 515-535|Andhra
        AR|Arunachal Pradesh|790-792|Arunachal
        AS|Assam|781-788|Asom
        BR|Bihar|800-824 841-855
        CG|Chhattisgarh|490-497 334002|CT|Chattisgarh|Chhatisgarh|Chatisgarh
        GA|Goa|403
        GJ|Gujarat|360-396|Gujrat|Gujarath
        HR|Haryana|121-136|Hariyana
        HP|Himachal Pradesh|170-177|Himachal
        JH|Jharkhand|813-835|Jharkand
        KA|Karnataka|560-591|Karnatak|Karnatka
        KL|Kerala|670-695 612906|Keralam
        MP|Madhya Pradesh|450-488
        MH|Maharashtra|400-445|Maharastra
        MN|Manipur|795
        ML|Meghalaya|781-783 793-794
        MZ|Mizoram|796 791701
        NL|Nagaland|797-798
        OD|Odisha|751-770|OR|Orissa|Odissa
        PB|Punjab|140-160|Panjab
        RJ|Rajasthan|301-345 384316|Rajastan
        SK|Sikkim|737
        TN|Tamil Nadu|600-643|Thamizhnadu|Tamilnad
        TS|Telangana|500-509 305402 311601 332028 333022 335513 335526 343027 531149 756048 799001|TG|Telengana
        TR|Tripura|799
        UP|Uttar Pradesh|201-285 802 110025
        UK|Uttarakhand|244-263|UT|UA|Uttaranchal|Uttrakhand|Uttarkhand
        WB|West Bengal|700-743|Paschim Banga|Paschimbanga|Paschim Bangal
        AN|Andaman and Nicobar Islands|744|Andaman and Nicobar|Andaman and Nicobar Island|A and N Islands|Andaman
        CH|Chandigarh|140 160
        DH|Dadra and Nagar Haveli and Daman and Diu|362 396|DN|DD|Dadra and Nagar Haveli|Daman and Diu|D and NH|Daman|Diu
        DL|Delhi|110|New Delhi|NCT of Delhi|National Capital Territory of Delhi|Delhi NCT|Delhi NCR|NCR Delhi
        JK|Jammu and Kashmir|180-194|J and K|Jammu Kashmir|Jammu|Kashmir
        LA|Ladakh|194|Leh Ladakh
        LD|Lakshadweep|682|Lakshadeep|Lakshwadeep
        PY|Puducherry|533 605 607 609 673|Pondicherry|Pondichery|Puduchery
        """;

    private static readonly FrozenDictionary<string, IndianState> ByName = Read()
        .SelectMany(x => x.Names.Select(name => (Key: KeyOf(name), x.State)))
        .DistinctBy(x => x.Key).ToFrozenDictionary(x => x.Key, x => x.State, StringComparer.Ordinal);

    private IReadOnlyList<(int First, int Last)> PinCodes { get; init; } = [];

    public static IReadOnlyList<IndianState> All { get; } = [.. ByName.Values.Distinct().OrderBy(x => x.Name, StringComparer.Ordinal)];

    /// <summary>
    /// By its name or code (<c>KA</c>, <c>IN-KA</c>); null when India has no such state. Only letters count, in either case:
    /// <c>Tamilnadu</c>, <c>J &amp; K</c> and <c>U.P.</c> are found.
    /// </summary>
    public static IndianState? Find(string? text)
    {
        var name = (text ?? "").Trim();
        if (name.StartsWith("IN-", StringComparison.OrdinalIgnoreCase)) name = name[3..];
        var key = KeyOf(name);
        if (ByName.TryGetValue(key, out var state)) return state;
        return key.StartsWith("THE", StringComparison.Ordinal) ? ByName.GetValueOrDefault(key[3..]) : null;
    }

    /// <summary>
    /// Whether a PIN code of six digits can be in this state. Codes that begin with 9 are the army's and can be in any state.
    /// </summary>
    public bool Has(string pinCode)
    {
        var code = int.Parse(pinCode, NumberStyles.None, CultureInfo.InvariantCulture);
        return code >= 900_000 || PinCodes.Any(x => code >= x.First && code <= x.Last);
    }

    private static string KeyOf(string name) =>
        string.Concat(name.Replace("&", "and", StringComparison.Ordinal).Transliterate().Where(char.IsAsciiLetter)).ToUpperInvariant();

    private static IEnumerable<(IndianState State, IEnumerable<string> Names)> Read() =>
        from line in Table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let parts = line.Split('|')
        let state = new IndianState(parts[0], parts[1]) { PinCodes = [.. parts[2].Split(' ').Select(Range)] }
        select (state, parts.Where((_, i) => i != 2));

    private static (int First, int Last) Range(string text)
    {
        var ends = text.Split('-');
        return (Padded(ends[0], '0'), Padded(ends[^1], '9'));
    }

    private static int Padded(string digits, char rest) => int.Parse(digits.PadRight(6, rest), CultureInfo.InvariantCulture);
}
