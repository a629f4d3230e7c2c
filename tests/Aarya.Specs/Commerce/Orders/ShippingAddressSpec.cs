using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Orders;

public sealed class ShippingAddressSpec
{
    private static readonly ShippingAddress.Validator Validator = new();

    private static string[] Faults(ShippingAddress address) =>
        [.. Validator.Validate(address).Errors.Select(x => x.PropertyName).Distinct()];

    [Fact]
    public void an_indian_address_is_good() => Assert.Empty(Faults(SampleAddresses.Bengaluru));

    [Theory]
    [InlineData("560025", true)]
    [InlineData("560 025", true)]
    [InlineData(" 560025 ", true)]
    [InlineData("560-025", true)]
    [InlineData("560\u00A0025", true)]
    [InlineData("5 6 0 0 2 5", true)]
    [InlineData("५६००२५", true)]
    [InlineData("560025\n", false)]
    [InlineData("560\u202E025", false)]
    [InlineData("-", false)]
    [InlineData("५६००२", false)]
    [InlineData("060025", false)]
    [InlineData("56002", false)]
    [InlineData("SW1A 1AA", false)]
    public void an_indian_pin_code_has_six_digits(string code, bool good) =>
        Assert.Equal(good ? [] : ["PostalCode"], Faults(SampleAddresses.Bengaluru with { PostalCode = code }));

    [Theory]
    [InlineData("9845012345", true)]
    [InlineData("+91 98450 12345", true)]
    [InlineData("09845012345", true)]
    [InlineData(" +91 98450 12345 ", true)]
    [InlineData("98450-12345", true)]
    [InlineData("98450.12345", true)]
    [InlineData("984 501 2345", true)]
    [InlineData("+91-98450-12345", true)]
    [InlineData("+91 (0) 98450 12345", true)]
    [InlineData("(+91) 98450/12345", true)]
    [InlineData("+ 91 9 8 4 5 0 1 2 3 4 5", true)]
    [InlineData("0091 98450 12345", true)]
    [InlineData("919845012345", true)]
    [InlineData("98450\u00A012345", true)]
    [InlineData("98450\u201112345", true)]
    [InlineData("\u202A+91 98450 12345\u202C", true)]
    [InlineData("९८४५० १२३४५", true)]
    [InlineData("98450\n12345", false)]
    [InlineData("98450 12345 x 7", false)]
    [InlineData("98450+12345", false)]
    [InlineData("+44 98450 12345", false)]
    [InlineData("98450 123456", false)]
    [InlineData("9845012345                                ", false)]
    [InlineData("", false)]
    [InlineData("5845012345", false)]
    [InlineData("98450", false)]
    [InlineData("call me", false)]
    public void an_indian_telephone_number_is_a_mobile_number(string phone, bool good) =>
        Assert.Equal(good ? [] : ["Phone"], Faults(SampleAddresses.Bengaluru with { Phone = phone }));

    [Fact]
    public void elsewhere_the_post_has_other_codes() =>
        Assert.Empty(Faults(new("Asha Rao", "1 Whitehall", null, "London", "London", "SW1A 2AA", "GB", "+44 20 7946 0000")));

    [Theory]
    [InlineData("US", "NY", "10118", true)]
    [InlineData("US", "NY", "10118-0110", true)]
    [InlineData("US", "NY", "1011", false)]
    [InlineData("US", "", "10118", false)]
    [InlineData("GB", "", "SW1A 2AA", true)]
    [InlineData("GB", "", "sw1a2aa", true)]
    [InlineData("GB", "", "12345", false)]
    [InlineData("GB", "", " sw1a  2aa ", true)]
    [InlineData("CA", "ON", "K1A\u00A00B1", true)]
    [InlineData("US", "NY", "10118\u20130110", true)]
    [InlineData("CA", "ON", "K1A 0B1", true)]
    [InlineData("DE", "", "10115", true)]
    [InlineData("DE", "", "", false)]
    [InlineData("SG", "", "018956", true)]
    [InlineData("AE", "Dubai", "", true)]
    [InlineData("HK", "", "", true)]
    [InlineData("NL", "", "1012 JS", true)]
    [InlineData("JP", "Tokyo", "100-0001", true)]
    [InlineData("IS", "", "101", true)]
    public void every_country_s_post_has_its_own_codes_and_states(string country, string state, string code, bool good) =>
        Assert.Equal(good, Faults(SampleAddresses.Bengaluru with
        {
            Country = country,
            State = state,
            PostalCode = code,
            Phone = "+44 20 7946 0000",
        }).Length == 0);

    [Theory]
    [InlineData("Bengal", "560025", "State")]
    [InlineData("Kerala", "560025", "PostalCode")]
    public void a_pin_code_and_its_state_must_match(string state, string code, string fault) =>
        Assert.Equal([fault], Faults(SampleAddresses.Bengaluru with { State = state, PostalCode = code }));

    [Fact]
    public void an_address_is_kept_in_one_spelling() =>
        Assert.Equal(SampleAddresses.Bengaluru,
            (SampleAddresses.Bengaluru with { Name = " Asha Rao ", Line2 = "", State = "IN-KA", PostalCode = "560 025" }).Spelt());

    [Fact]
    public void codes_and_numbers_are_kept_in_one_spelling()
    {
        Assert.Equal(("560025", "+91 98450 12345"), Kept("IN", " ५६०\u00A0०२५ ", " +91  98450\u00A012345 "));
        Assert.Equal(("560025", "98450-12345"), Kept("IN", "560-025", "\u202A98450\u201112345\u202C"));
        Assert.Equal(("SW1A 2AA", "+44 20 7946 0000"), Kept("GB", " sw1a\u00A0 2aa", "+44 20 7946 0000"));
        Assert.Equal(("10118-0110", "0012125550100"), Kept("US", "10118\u20130110", "0012125550100"));

        static (string, string) Kept(string country, string code, string phone)
        {
            var spelt = (SampleAddresses.Bengaluru with { Country = country, PostalCode = code, Phone = phone }).Spelt();
            return (spelt.PostalCode, spelt.Phone);
        }
    }

    [Theory]
    [InlineData("XX")]
    [InlineData("in")]
    [InlineData("IND")]
    [InlineData("")]
    public void a_country_that_does_not_exist_is_refused(string country) =>
        Assert.Contains("Country", Faults(SampleAddresses.Bengaluru with { Country = country }));

    [Fact]
    public void blank_and_endless_and_unprintable_text_is_refused()
    {
        var address = SampleAddresses.Bengaluru with { Name = " ", Line1 = new('x', 201), City = "Benga\u0007luru", State = "" };

        Assert.Equal(["Name", "Line1", "City", "State"], Faults(address));
    }
}
