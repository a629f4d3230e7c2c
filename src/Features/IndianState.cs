using System.Collections.Frozen;
using System.Globalization;

namespace Aarya.Features;

/// <summary>A state or union territory of India, and the PIN codes that India Post gives it.</summary>
/// <param name="Code">ISO 3166-2:IN without the country.</param>
/// <param name="Name">As an address is kept with it.</param>
public sealed record IndianState(string Code, string Name)
{
    // Code, name, first three digits of its PIN codes, other names and the codes of ISO before 2023. Where post offices serve both sides of a border
    // the digits stand on both: a letter that arrives must not be refused.
    private const string Table =
        """
        AP|Andhra Pradesh|507-508 515-535
        AR|Arunachal Pradesh|790-792
        AS|Assam|781-788
        BR|Bihar|800-824 841-855
        CG|Chhattisgarh|490-497|CT|Chattisgarh
        GA|Goa|403
        GJ|Gujarat|360-396
        HR|Haryana|121-136
        HP|Himachal Pradesh|170-177
        JH|Jharkhand|813-835
        KA|Karnataka|560-591
        KL|Kerala|670-695
        MP|Madhya Pradesh|450-488
        MH|Maharashtra|400-445
        MN|Manipur|795
        ML|Meghalaya|793-794
        MZ|Mizoram|796
        NL|Nagaland|797-798
        OD|Odisha|751-770|OR|Orissa
        PB|Punjab|140-160
        RJ|Rajasthan|301-345
        SK|Sikkim|737
        TN|Tamil Nadu|600-643|Tamilnadu
        TS|Telangana|500-509|TG
        TR|Tripura|799
        UP|Uttar Pradesh|201-285
        UK|Uttarakhand|244-263|UT|Uttaranchal
        WB|West Bengal|700-743
        AN|Andaman and Nicobar Islands|744|Andaman & Nicobar Islands|Andaman and Nicobar
        CH|Chandigarh|140 160
        DH|Dadra and Nagar Haveli and Daman and Diu|362 396|DN|DD|Dadra and Nagar Haveli|Daman and Diu|Dadra & Nagar Haveli and Daman & Diu
        DL|Delhi|110|New Delhi|NCT of Delhi|National Capital Territory of Delhi
        JK|Jammu and Kashmir|180-194|Jammu & Kashmir
        LA|Ladakh|194
        LD|Lakshadweep|682
        PY|Puducherry|533 605 607 609 673|Pondicherry
        """;

    private static readonly FrozenDictionary<string, IndianState> ByName = Read().SelectMany(x => x.Names.Select(name => (name, x.State)))
        .ToFrozenDictionary(x => x.name, x => x.State, StringComparer.OrdinalIgnoreCase);

    private IReadOnlyList<(int First, int Last)> PinCodes { get; init; } = [];

    public static IReadOnlyList<IndianState> All { get; } = [.. ByName.Values.Distinct().OrderBy(x => x.Name, StringComparer.Ordinal)];

    /// <summary>By its name or code (<c>KA</c>, <c>IN-KA</c>), in capitals or not; null when India has no such state.</summary>
    public static IndianState? Find(string? text)
    {
        var name = string.Join(' ', (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        if (name.StartsWith("IN-", StringComparison.OrdinalIgnoreCase)) name = name[3..];
        return ByName.GetValueOrDefault(name);
    }

    /// <summary>Whether a PIN code of six digits can be in this state. Those from 9 on are the army's, and lie wherever it does.</summary>
    public bool Has(string pinCode)
    {
        var area = int.Parse(pinCode.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        return area >= 900 || PinCodes.Any(x => area >= x.First && area <= x.Last);
    }

    private static IEnumerable<(IndianState State, IEnumerable<string> Names)> Read() =>
        from line in Table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let parts = line.Split('|')
        let state = new IndianState(parts[0], parts[1]) { PinCodes = [.. parts[2].Split(' ').Select(Range)] }
        select (state, parts.Where((_, i) => i != 2));

    private static (int First, int Last) Range(string text)
    {
        var ends = text.Split('-');
        return (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
    }
}
