using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.CorePlatform.Users.Addresses;

[StoryOf(typeof(AddAddressEndpoint), typeof(ChangeAddressEndpoint), typeof(GetAddressEndpoint), typeof(ListAddressesEndpoint),
    typeof(RemoveAddressEndpoint))]
public sealed class AddressesSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private const string Url = "/api/users/me/addresses";

    private static readonly AddressEntry Home = new("Asha Rao", "14 Residency Road", null, "Bengaluru", "Karnataka", "560025",
        "IN", "+919845012345");

    [Fact]
    public void the_first_address_is_the_default_and_a_default_that_goes_is_the_oldest_s_that_is_left()
    {
        var book = new AddressBook();
        Guid[] ids = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        foreach (var id in ids) book.Add(id, Home);
        Assert.Equal((ids[0], ids[0]), (book.DefaultShipping, book.DefaultBilling));

        book.Change(ids[2], Home with { IsDefaultShipping = true });
        Assert.Equal((ids[2], ids[0]), (book.DefaultShipping, book.DefaultBilling));
        book.Change(ids[2], Home with { IsDefaultShipping = false });
        Assert.Equal(ids[0], book.DefaultShipping);
        book.Remove(ids[0]);
        Assert.Equal((ids[1], ids[1]), (book.DefaultShipping, book.DefaultBilling));
        book.Remove(ids[1]);
        book.Change(ids[2], Home with { IsDefaultBilling = false });
        Assert.Equal((ids[2], ids[2]), (book.DefaultShipping, book.DefaultBilling));
        book.Remove(ids[2]);
        Assert.Equal((null, null), (book.DefaultShipping, book.DefaultBilling));
    }

    [Fact]
    public async Task a_shopper_keeps_addresses_in_one_spelling()
    {
        var shopper = await SignedInAsync();
        var home = await AddAsync(shopper, Home with { Name = " Asha Rao ", State = "in-ka", PostalCode = "560 025", Line2 = " " });
        Assert.Equal(("Asha Rao", null, "Karnataka", "560025", true, true),
            (home.Name, home.Line2, home.State, home.PostalCode, home.IsDefaultShipping, home.IsDefaultBilling));
        var work = await AddAsync(shopper, Home with { Line1 = "1 MG Road", IsDefaultShipping = true });
        Assert.Equal((true, false), (work.IsDefaultShipping, work.IsDefaultBilling));

        Assert.Equal([home with { IsDefaultShipping = false }, work], (await ListAsync(shopper)).Items);
        var moved =
            (await AsAsync(shopper, HttpStatusCode.OK,
                x => x.Put.Json(Home with { City = "Mysuru", PostalCode = "570001" }).ToUrl($"{Url}/{home.Id}"))).Response
                .ReadAsJson<AddressView>()!;
        Assert.Equal(("Mysuru", true), (moved.City, moved.IsDefaultBilling));
        Assert.Equal(moved,
            (await AsAsync(shopper, HttpStatusCode.OK, x => x.Get.Url($"{Url}/{home.Id}"))).Response.ReadAsJson<AddressView>());

        await AsAsync(shopper, HttpStatusCode.NoContent, x => x.Delete.Url($"{Url}/{work.Id}"));
        Assert.Equal([moved with { IsDefaultShipping = true }], (await ListAsync(shopper)).Items);
    }

    [Fact]
    public async Task somebody_else_s_address_answers_like_a_missing_one()
    {
        var (owner, other) = (await SignedInAsync(), await SignedInAsync());
        var home = await AddAsync(owner, Home);
        foreach (var id in new[] { home.Id, Guid.NewGuid() })
        {
            foreach (var ask in new Action<Scenario>[]
            {
                x => x.Get.Url($"{Url}/{id}"),
                x => x.Delete.Url($"{Url}/{id}"),
                x => x.Put.Json(Home).ToUrl($"{Url}/{id}"),
            })
                Assert.Equal("address.not_found",
                    await RefusedAsync(HttpStatusCode.NotFound, x => { x.WithBearerToken(other.AccessToken); ask(x); }));
        }

        Assert.Equal([home], (await ListAsync(owner)).Items);
        var guest = await GuestAsync();
        Assert.Equal("auth.forbidden",
            await RefusedAsync(HttpStatusCode.Forbidden, x => { x.WithBearerToken(guest.AccessToken); x.Get.Url(Url); }));
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Get.Url(Url)));
    }

    [Fact]
    public async Task addresses_added_and_removed_at_once_never_leave_two_defaults_or_none()
    {
        var shopper = await SignedInAsync();
        var added =
            await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(_ => StatusAsync(shopper, x => x.Post.Json(Home with { IsDefaultShipping = true }).ToUrl(Url))));
        Assert.All(added, x => Assert.Contains(x, new[] { 201, 409 }));
        Assert.Contains(201, added);
        var list = await ListAsync(shopper);
        Assert.Equal(added.Count(x => x == 201), list.Items.Count);
        Assert.Single(list.Items, x => x.IsDefaultShipping);
        Assert.Single(list.Items, x => x.IsDefaultBilling);

        while ((await ListAsync(shopper)).Items.Count < 4) await AddAsync(shopper, Home);
        var removed =
            await Task.WhenAll((await ListAsync(shopper)).Items.Skip(1)
                .Select(address => StatusAsync(shopper, x => x.Delete.Url($"{Url}/{address.Id}"))));
        Assert.All(removed, x => Assert.Contains(x, new[] { 204, 409 }));
        list = await ListAsync(shopper);
        Assert.Single(list.Items, x => x.IsDefaultShipping);
        Assert.Single(list.Items, x => x.IsDefaultBilling);
    }

    [Fact]
    public async Task a_person_has_two_hundred_addresses_at_most()
    {
        var shopper = await SignedInAsync();
        for (var i = 0; i < 200; i++) await AddAsync(shopper, Home with { Line1 = $"{i} Residency Road" });
        Assert.Equal("address.too_many",
            await RefusedAsync(HttpStatusCode.Conflict, x => { x.WithBearerToken(shopper.AccessToken); x.Post.Json(Home).ToUrl(Url); }));
        Assert.Equal(200, (await ListAsync(shopper)).Items.Count);
    }

    [Fact]
    public async Task a_repeated_key_adds_one_address()
    {
        var shopper = await SignedInAsync();
        var key = Guid.NewGuid().ToString();
        for (var i = 0; i < 2; i++)
            await AsAsync(shopper, HttpStatusCode.Created, x =>
            {
                x.WithRequestHeader("Idempotency-Key", key);
                x.Post.Json(Home).ToUrl(Url);
            });
        Assert.Single((await ListAsync(shopper)).Items);
    }

    [Theory]
    [InlineData("name", "\" \"")]
    [InlineData("name", "\"As\\u0000ha\"")]
    [InlineData("name", "7")]
    [InlineData("line1", "null")]
    [InlineData("line2", "\"a\\u0007b\"")]
    [InlineData("state", "\"Kashmere\"")]
    [InlineData("postalCode", "\"060025\"")]
    [InlineData("postalCode", "\"400001\"")]
    [InlineData("country", "\"XX\"")]
    [InlineData("phone", "\"12345\"")]
    [InlineData("isDefaultShipping", "\"yes\"")]
    [InlineData("userId", "\"x\"")]
    public async Task what_is_wrong_with_an_address_is_named(string field, string value)
    {
        var shopper = await SignedInAsync();
        var good = new Dictionary<string, JsonElement>
        {
            ["name"] = Text("Asha Rao"),
            ["line1"] = Text("14 Residency Road"),
            ["city"] = Text("Bengaluru"),
            ["state"] = Text("Karnataka"),
            ["postalCode"] = Text("560025"),
            ["country"] = Text("IN"),
            ["phone"] = Text("+919845012345"),
        };
        good.Remove(field);
        var body = $"{{\"{field}\": {value}, {JsonSerializer.Serialize(good)[1..]}";
        Assert.Equal([field], await FaultsAsync(Url, body, shopper.AccessToken));
        Assert.Empty((await ListAsync(shopper)).Items);
    }

    [Fact]
    public async Task a_name_of_ten_thousand_letters_is_refused() =>
        Assert.Equal(["name"],
            await FaultsAsync(Url, JsonSerializer.Serialize(Home with { Name = new('A', 10_000) }, JsonSerializerOptions.Web),
                (await SignedInAsync()).AccessToken));

    private static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);

    private async Task<AddressView> AddAsync(SignedIn who, AddressEntry entry) =>
        (await AsAsync(who, HttpStatusCode.Created, x => x.Post.Json(entry).ToUrl(Url))).Response.ReadAsJson<AddressView>()!;

    private async Task<AddressList> ListAsync(SignedIn who) =>
        (await AsAsync(who, HttpStatusCode.OK, x => x.Get.Url(Url))).Response.ReadAsJson<AddressList>()!;

    private async Task<int> StatusAsync(SignedIn who, Action<Scenario> configure) =>
        (await Host.Scenario(x => { x.WithBearerToken(who.AccessToken); configure(x); x.IgnoreStatusCode(); })).Context.Response.StatusCode;
}
