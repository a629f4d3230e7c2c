using System.Net;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;

namespace Aarya.Specs;

/// <summary>A card number that a shopper types into the wrong field is refused and stored nowhere.</summary>
public sealed class CardNumberSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    /// <summary>Test numbers that card schemes publish.</summary>
    public static TheoryData<string> Cards { get; } =
    [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111 – 1111 – 1111 – 1111",
        "Asha 5555 5555 5555 4444 Rao", "2223000048400011", "378282246310005", "3782 822463 10005", "30569309025904",
        "3056 930902 5904", "6011111111111117", "6521 1111 1111 1110", "3530111333300000", "6200000000000005", "6759649826438453",
        "4222222222222", "card:4111111111111111.", "exp 4111 1111 1111 1111 12/27", "4111 1111 1111 1111 123",
        "call 98450 12345 4111 1111 1111 1111", "४१११ ११११ ११११ ११११", "４１１１１１１１１１１１１１１１", "4111\u00A01111\u20111111\u200D1111",
        "1234567812345670", "6304000000000000", "4111/1111/1111/1111", "4111,1111,1111,1111", "4111*1111*1111*1111", "4111:1111:1111:1111",
        "4111|1111|1111|1111", "4111 / 1111 / 1111 / 1111", "4\uFE0F1\uFE0F1\uFE0F1\uFE0F1111 1111 1111", "4\u20E3111111111111111",
    ];

    /// <summary>What people write in names and addresses.</summary>
    public static TheoryData<string> Honest { get; } =
    [
        "14 Residency Road", "+91 98450 12345", "0091 98450 12345", "98450 12345, 98450 12346", "9845012345 9845012346", "080 2558 1234",
        "Flat 1204, Tower 3, Sector 62", "4111 1111 1111 1112", "Plot 4111, 1111 1st Cross, 1111 Main, 1111", "560025", "AA-7K3M9QX",
        "Asha 3", "Flat 4/111, 11-11-11", "2026-11-26 10:45:12", "Khata 12/34/56/78/90/12/34",
        "98450 12345, +4915123456787",
        "GSTIN 29ABCDE1234F1Z5", "Aadhaar 1234 5678 9012", "12.9716, 77.5946", "+4915123456788", "+49 1512 3456 789 0",
        "0000 0000 0000 0000",
        "4111 1111 1111", "Order 41111111111111119999999",
    ];

    [Theory]
    [MemberData(nameof(Cards))]
    public void the_number_of_a_card_is_found_however_it_is_written(string text)
    {
        Assert.True(CardNumber.IsIn(text));
        // The text is stored trimmed.
        Assert.True(CardNumber.IsIn($"{new string(' ', 5_000)}{text}{new string('\u2003', 5_000)}"));
    }

    [Theory]
    [MemberData(nameof(Honest))]
    public void other_numbers_are_not_taken_for_one(string text) => Assert.False(CardNumber.IsIn(text));

    [Theory]
    [InlineData("378282246310005", true)]
    [InlineData("3782-822463-10005", true)]
    [InlineData("(3056) 930902 5904", true)]
    [InlineData("4222222222222", true)]
    [InlineData("9845012345", false)]
    [InlineData("+91 98450 12345", false)]
    [InlineData("00378282246310005", false)]
    [InlineData("+378282246310005", false)]
    [InlineData("080 2558 1234", false)]
    public void a_telephone_number_is_a_card_only_when_it_begins_and_ends_like_one(string text, bool isCard) =>
        Assert.Equal(isCard, CardNumber.IsDialled(text));

    [Fact]
    public void every_single_wrong_digit_makes_it_another_number()
    {
        const string card = "4111111111111111";
        for (var i = 1; i < card.Length; i++)
            for (var digit = '0'; digit <= '9'; digit++)
                Assert.Equal(card[i] == digit, CardNumber.IsIn($"{card[..i]}{digit}{card[(i + 1)..]}"));
    }

    [Fact]
    public async Task every_text_of_a_shopper_that_is_kept_is_refused_with_one_and_changes_nothing()
    {
        const string card = "Asha 4111 1111 1111 1111";
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var abroad = new
        {
            name = card,
            line1 = card,
            line2 = card,
            city = card,
            state = card,
            postalCode = "4111111111111111",
            country = "HK",
            phone = "378282246310005",
        };
        string[] fields = ["city", "line1", "line2", "name", "phone", "postalCode", "state"];
        var key = Guid.NewGuid().ToString();
        (await shopper.PostAsync("/api/checkout", Checkout(abroad), key)).Names([.. fields.Select(x => $"shippingAddress.{x}")]);
        (await shopper.PostAsync("/api/checkout", Checkout(SampleAddresses.Bengaluru, "4111111111111111@example.com"), key)).Names("email");
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);

        var before = await AccountsAsync();
        var named = new { email = NewEmail(), password = Password, name = card };
        Assert.Equal(["name"], await FaultsAsync("/api/auth/register", Json(named)));
        var addressed = new { email = "a4111111111111111@example.com", password = Password, name = "Asha" };
        Assert.Equal(["email"], await FaultsAsync("/api/auth/register", Json(addressed)));
        Assert.Equal(before, await AccountsAsync());

        var signedIn = await SignedInAsync();
        var token = signedIn.AccessToken;
        var profile = new { name = card, phone = "378282246310005" };
        Assert.Equal(["name", "phone"], (await FaultsAsync("/api/users/me", Json(profile), token, "PATCH")).Order());
        var moved = new { newEmail = "4111111111111111@example.com", password = Password };
        Assert.Equal(["newEmail"], await FaultsAsync("/api/users/me/email", Json(moved), token));
        Assert.Equal(fields, (await FaultsAsync("/api/users/me/addresses", Json(abroad), token)).Order());
        var (listed, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Get.Url("/api/users/me/addresses"));
        Assert.Empty(listed.ReadAsJson<AddressList>()!.Items);
        var (me, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Get.Url("/api/users/me"));
        Assert.Equal(("Asha Rao", null), (me.ReadAsJson<UserView>()!.Name, me.ReadAsJson<UserView>()!.Phone));
    }

    private static object Checkout(object address, string email = "asha@example.com") =>
        new { shippingAddress = address, shippingMethod = "standard", paymentToken = "tok_approve", email };

    private static string Json(object body) => JsonSerializer.Serialize(body);
}
