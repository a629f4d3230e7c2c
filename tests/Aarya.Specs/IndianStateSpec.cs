using Aarya.Features;

namespace Aarya.Specs;

public sealed class IndianStateSpec
{
    [Fact]
    public void india_has_twenty_eight_states_and_eight_union_territories() => Assert.Equal(36, IndianState.All.Count);

    [Theory]
    [InlineData("Karnataka", "Karnataka")]
    [InlineData(" karnataka ", "Karnataka")]
    [InlineData("KA", "Karnataka")]
    [InlineData("in-ka", "Karnataka")]
    [InlineData("Orissa", "Odisha")]
    [InlineData("OR", "Odisha")]
    [InlineData("TG", "Telangana")]
    [InlineData("Jammu  &  Kashmir", "Jammu and Kashmir")]
    [InlineData("New Delhi", "Delhi")]
    [InlineData("Pondicherry", "Puducherry")]
    [InlineData("Daman and Diu", "Dadra and Nagar Haveli and Daman and Diu")]
    [InlineData("Bombay", null)]
    [InlineData("IN-", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void a_state_is_known_by_its_names_and_codes(string? text, string? name) => Assert.Equal(name, IndianState.Find(text)?.Name);

    [Theory]
    [InlineData("Delhi", "110001", true)]
    [InlineData("Delhi", "560001", false)]
    [InlineData("Maharashtra", "400001", true)]
    [InlineData("Goa", "403001", true)]
    [InlineData("Karnataka", "560025", true)]
    [InlineData("Telangana", "500001", true)]
    [InlineData("Andhra Pradesh", "530001", true)]
    [InlineData("Kerala", "682001", true)]
    [InlineData("Lakshadweep", "682555", true)]
    [InlineData("Puducherry", "605001", true)]
    [InlineData("Puducherry", "673310", true)]
    [InlineData("Chandigarh", "160017", true)]
    [InlineData("Uttarakhand", "248001", true)]
    [InlineData("Ladakh", "194101", true)]
    [InlineData("Jammu and Kashmir", "190001", true)]
    [InlineData("Andaman and Nicobar Islands", "744101", true)]
    [InlineData("Sikkim", "737101", true)]
    [InlineData("Dadra and Nagar Haveli and Daman and Diu", "396230", true)]
    [InlineData("Assam", "781001", true)]
    [InlineData("Assam", "700001", false)]
    [InlineData("Assam", "900099", true)]
    public void a_pin_code_lies_in_its_state(string state, string pinCode, bool lies) => Assert.Equal(lies, IndianState.Find(state)!.Has(pinCode));
}
