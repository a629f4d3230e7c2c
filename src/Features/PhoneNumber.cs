using System.Text.RegularExpressions;

namespace Aarya.Features;

/// <summary>Telephone numbers as people write them.</summary>
public static partial class PhoneNumber
{
    public const string Expected = "must be a telephone number: 6 to 15 digits, with an optional + in front.";

    public const string ExpectedInIndia = "must be an Indian mobile number: ten digits from 6, 7, 8 or 9 on, with or without +91.";

    public static bool IsDialled(string text) => Dialled().IsMatch(text);

    public static bool IsIndianMobile(string text) => IndianMobile().IsMatch(text);

    [GeneratedRegex(@"^\+?(?:[ ()-]?[0-9]){6,15}\z")]
    private static partial Regex Dialled();

    [GeneratedRegex(@"^(?:\+?91[ -]?|0)?[6-9][0-9]{4}[ -]?[0-9]{5}\z")]
    private static partial Regex IndianMobile();
}
