using System.Net;
using System.Text;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;

namespace Aarya.Specs;

/// <summary>One rule for every text of a person, wherever it is entered.</summary>
public sealed class PersonTextSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    /// <summary>The text as typed, and as stored.</summary>
    public static TheoryData<string, string> Names { get; } = new()
    {
        { "ශ්‍රී ලාල්", "ශ්‍රී ලාල්" },
        { "ಆರ‍್ಯ ರಾವ್", "ಆರ‍್ಯ ರಾವ್" },
        { "علی‌رضا", "علی‌رضا" },
        { "𠮷田 太郎", "𠮷田 太郎" },
        { "Meera 😀", "Meera 😀" },
        // An old Malayalam spelling ends with a joiner. The emoji of a family, of a country's flag and of a region's flag are sequences.
        { "ലാല്\u200D", "ലാല്\u200D" },
        { "Rao 👨‍👩‍👧 🇮🇳 ❤️", "Rao 👨‍👩‍👧 🇮🇳 ❤️" },
        {
            "Isla \U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
            "Isla \U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F"
        },
        { " O’Brien-D’Souza, Jr. № 7 ", "O’Brien-D’Souza, Jr. № 7" },
        { "Ame\u0301lie", "Amélie" },
        { "\u00A0क\u093C \u3000", "क\u093C" },
        { "Nguye\u0302\u0303n", "Nguyễn" },
        { "한\u1100\u1161", "한가" },
    };

    public static TheoryData<string> Refused { get; } =
    [
        "As\u0007ha", "As\tha", "As\nha", "As\r\nha", "Asha\n", "As\u0085ha", "As\u2028ha", "As\u2029ha", "As\u007Fha",
        "As\u202Eha", "As\u202Aha\u202C", "As\u2066ha\u2069", "As\u200Eha", "As\u200Fha", "As\u061Cha",
        "As\u200Bha", "As\uFEFFha", "As\u00ADha", "As\u2060ha", "As\uE000ha", "As\U000F0000ha", "As\u0378ha", "As\uFFFFha",
        "As\U000E0067ha", "\U0001F3F4\U000E0067", "\U0001F3F4\U000E0067ha",
    ];

    public static TheoryData<string> Blank { get; } = ["", " ", "\u00A0\u3000", "\u200D", " \u200C \u200D ", "\uFE0F",
        "\u3164", "\u2800", "\u034F"];

    [Theory]
    [MemberData(nameof(Names))]
    public void what_people_write_is_kept_composed(string typed, string kept)
    {
        Assert.Null(PersonText.FaultOf(typed, 100));
        Assert.Equal(kept, PersonText.Compose(typed));
        Assert.True(kept.IsNormalized(NormalizationForm.FormC));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void what_cannot_be_seen_or_turns_the_line_is_refused(string typed)
    {
        Assert.Equal(PersonText.Characters, PersonText.FaultOf(typed, 100));
        Assert.Equal(PersonText.Characters, PersonText.FaultOfOptional(typed, 100));
    }

    [Fact]
    public void more_marks_than_a_language_needs_are_refused() =>
        Assert.Equal(PersonText.Characters, PersonText.FaultOf("A" + string.Concat(Enumerable.Repeat("\u0301\u0316", 500_000)), 100));

    [Theory]
    [InlineData("\u2764\uFE0F Asha")]
    [InlineData("\u2139\uFE0F Asha")]
    [InlineData("1\uFE0F\u20E3")]
    [InlineData("\u845B\U000E0100\u98FE")]
    [InlineData("\U0001F3F3\uFE0F\u200D\U0001F308")]
    public void a_selector_behind_what_it_selects_is_welcome(string typed) => Assert.Null(PersonText.FaultOf(typed, 100));

    [Fact]
    public void a_note_that_is_not_drawn_is_no_name() => Assert.Equal(PersonText.Empty, PersonText.FaultOf("\U0001D159", 100));

    [Fact]
    public void half_a_character_is_refused() =>
        Assert.All([$"As{(char)0xD83D}ha", $"Asha{(char)0xD83D}", $"{(char)0xDE00}"],
            x => Assert.Equal(PersonText.Characters, PersonText.FaultOf(x, 100)));

    [Theory]
    [MemberData(nameof(Blank))]
    public void what_shows_nothing_is_empty(string typed)
    {
        Assert.Equal(PersonText.Empty, PersonText.FaultOf(typed, 100));
        Assert.Null(PersonText.FaultOfOptional(typed, 100));
        Assert.Null(PersonText.ComposeOrNull(typed));
    }

    [Fact]
    public void a_length_is_counted_in_composed_characters()
    {
        Assert.Null(PersonText.FaultOf(string.Concat(Enumerable.Repeat("😀", 100)), 100));
        Assert.Null(PersonText.FaultOf(string.Concat(Enumerable.Repeat("e\u0301", 100)), 100));
        Assert.Equal("must have at most 100 characters.", PersonText.FaultOf(new string('é', 101), 100));
        Assert.Equal("must have at most 100 characters.", PersonText.FaultOf(new string('a', 1_000_000), 100));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task a_name_is_taken_alike_wherever_somebody_gives_it(string typed, string kept)
    {
        // At the checkout.
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var address = SampleAddresses.Bengaluru with { Name = typed, Line1 = typed, Line2 = typed, City = typed };
        var order = (await shopper.PostAsync("/api/checkout", Checkout(address), Guid.NewGuid().ToString())).Is(201).As<OrderView>();
        var read = (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200).As<OrderView>();
        foreach (var x in new[] { order, read })
            Assert.Equal((kept, kept, kept, kept),
                (x.ShippingAddress.Name, x.ShippingAddress.Line1, x.ShippingAddress.Line2, x.ShippingAddress.City));

        // In a registration; the account shows it.
        var email = NewEmail();
        await Track(x => { x.Post.Json(new Register(email, Password, typed)).ToUrl("/api/auth/register"); x.StatusCodeShouldBe(202); });
        var signedIn = await SignInAsync(email);
        Assert.Equal(kept, signedIn.User.Name);

        // In the account and in its address book.
        var (edited, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Patch.Json(new EditMe(typed)).ToUrl("/api/users/me"));
        Assert.Equal(kept, edited.ReadAsJson<UserView>()!.Name);
        var entry = new AddressEntry(typed, typed, typed, typed, "Karnataka", "560025", "IN", "9845012345");
        var (added, _) = await AsAsync(signedIn, HttpStatusCode.Created, x => x.Post.Json(entry).ToUrl("/api/users/me/addresses"));
        var (listed, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Get.Url("/api/users/me/addresses"));
        foreach (var x in new[] { added.ReadAsJson<AddressView>()!, Assert.Single(listed.ReadAsJson<AddressList>()!.Items) })
            Assert.Equal((kept, kept, kept, kept), (x.Name, x.Line1, x.Line2, x.City));
    }

    [Theory]
    [InlineData("As\u202Eha")]
    [InlineData("As\nha")]
    [InlineData("As\u2028ha")]
    [InlineData("As\uE000ha")]
    [InlineData("As\u200Bha")]
    [InlineData("As\u034Fha")]
    [InlineData("A\uFE0Fsha")]
    [InlineData("A\u180Bsha")]
    [InlineData("\u200D")]
    public async Task a_name_that_cannot_be_is_refused_alike_and_changes_nothing(string typed)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var line2 = typed == "\u200D" ? null : typed;
        var address = SampleAddresses.Bengaluru with { Name = typed, Line1 = typed, Line2 = line2, City = typed };
        string[] fields = [.. new[] { "name", "line1", "line2", "city" }.Where(x => x != "line2" || line2 is not null)];
        (await shopper.PostAsync("/api/checkout", Checkout(address), Guid.NewGuid().ToString()))
            .Names([.. fields.Select(x => $"shippingAddress.{x}")]);
        Assert.Empty((await shopper.GetAsync("/api/orders")).As<OrderPage>().Items);

        var before = await AccountsAsync();
        Assert.Equal(["name"],
            await FaultsAsync("/api/auth/register", Json(new { email = NewEmail(), password = Password, name = typed })));
        Assert.Equal(before, await AccountsAsync());

        var signedIn = await SignedInAsync();
        Assert.Equal(["name"], await FaultsAsync("/api/users/me", Json(new { name = typed }), signedIn.AccessToken, "PATCH"));
        var entry = new
        {
            name = typed,
            line1 = typed,
            line2,
            city = typed,
            state = "Karnataka",
            postalCode = "560025",
            country = "IN",
            phone = "9845012345",
        };
        Assert.Equal(fields, await FaultsAsync("/api/users/me/addresses", Json(entry), signedIn.AccessToken));
        var (me, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Get.Url("/api/users/me"));
        Assert.Equal("Asha Rao", me.ReadAsJson<UserView>()!.Name);
        var (listed, _) = await AsAsync(signedIn, HttpStatusCode.OK, x => x.Get.Url("/api/users/me/addresses"));
        Assert.Empty(listed.ReadAsJson<AddressList>()!.Items);
    }

    [Theory]
    [InlineData("/api/admin/orders/{0}/ship", "carrier")]
    [InlineData("/api/admin/orders/{0}/ship", "trackingNumber")]
    [InlineData("/api/admin/orders/{0}/refunds", "reason")]
    public async Task what_the_shop_s_people_write_of_an_order_is_held_to_the_same_rule(string url, string field)
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        foreach (var typed in new[] { "a\nb", "a\u202Eb", "\u200D", " " })
        {
            var body = new Dictionary<string, string> { [field] = typed };
            if (field == "carrier") body["trackingNumber"] = "1";
            if (field == "trackingNumber") body["carrier"] = "Delhivery";
            (await support.PostAsync(string.Format(null, url, Guid.NewGuid()), body, Guid.NewGuid().ToString())).Names(field);
        }
    }

    private static object Checkout(object address) =>
        new { shippingAddress = address, shippingMethod = "standard", paymentToken = "tok_approve", email = "asha@example.com" };

    private static string Json(object body) => JsonSerializer.Serialize(body);
}
