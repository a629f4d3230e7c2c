using System.Net;
using System.Text;
using Aarya.Features;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;

namespace Aarya.Specs;

/// <summary>Every text has a normal form, at a cost that grows with its length only.</summary>
public sealed class NormalFormSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Theory]
    [InlineData("Asha", "Asha")]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("a\uFFFEb", "a\uFFFDb")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    public void a_text_is_composed(string typed, string expected) => Assert.Equal(expected, NormalForm.Of(typed));

    [Fact]
    public void half_a_surrogate_pair_becomes_a_sign_of_its_own() =>
        Assert.Equal("a\uFFFDb\uFFFD", NormalForm.Of($"a{(char)0xD83D}b{(char)0xDE00}"));

    [Fact]
    public void marks_that_no_language_needs_go()
    {
        var typed = "a" + new string('\u0316', 31) + "b" + new string('\u0316', 30);
        Assert.Equal("a" + new string('\u0316', 30) + "b" + new string('\u0316', 30), NormalForm.Of(typed));
        Assert.False(NormalForm.Has(typed));
        Assert.True(NormalForm.Has(typed.Remove(1, 1)));
    }

    // Each mark follows one that belongs after it in composed text: a normalizer moves them one by one, in time that grows with the
    // square of their number. It never gets more than thirty of them.
    [Theory]
    [InlineData(NormalizationForm.FormC)]
    [InlineData(NormalizationForm.FormD)]
    [InlineData(NormalizationForm.FormKC)]
    [InlineData(NormalizationForm.FormKD)]
    public void marks_are_dropped_before_they_are_put_in_order(NormalizationForm form)
    {
        var letter = "a" + string.Concat(Enumerable.Repeat("\u0301\u0316", 15));
        var typed = string.Concat(Enumerable.Repeat(letter + string.Concat(Enumerable.Repeat("\u0301\u0316", 200_000)), 2));

        Assert.Equal((letter + letter).Normalize(form), NormalForm.Of(typed, form));
    }

    [Theory]
    [InlineData("/api/search?q=%EF%BF%BE")]
    [InlineData("/api/search?category=%EF%BF%BE")]
    [InlineData("/api/search?size=%EF%BF%BE")]
    [InlineData("/api/search?colour=%EF%BF%BE")]
    [InlineData("/api/search/suggest?q=%EF%BF%BE")]
    [InlineData("/api/products?category=%EF%BF%BE")]
    [InlineData("/api/admin/orders?name=%EF%BF%BEa")]
    [InlineData("/api/admin/products?search=%EF%BF%BE")]
    [InlineData("/api/admin/products?category=%EF%BF%BE")]
    public async Task a_sign_that_is_no_character_finds_nothing(string path)
    {
        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        (await admin.GetAsync(path)).Is(200);
    }

    [Theory]
    [InlineData("\uFFFE a way to Mumbai")]
    [InlineData("MARKS")]
    public async Task a_password_that_has_no_normal_form_is_refused_wherever_it_is_typed(string typed)
    {
        if (typed == "MARKS") typed = "a long way" + string.Concat(Enumerable.Repeat("\u0301\u0316", 50_000));
        var email = await RegisteredAsync();
        foreach (var (path, body) in new (string, object)[]
        {
            ("/api/auth/register", new Register(NewEmail(), typed, "Asha")),
            ("/api/auth/register", new Register(NewEmail(), Password, typed)),
            ("/api/auth/login", new { email, password = typed }),
            ("/api/auth/password/reset", new ResetPassword("x", typed)),
        })
        {
            await Host.Scenario(x =>
            {
                x.Post.Json(body).ToUrl(path);
                x.StatusCodeShouldBe(HttpStatusCode.BadRequest);
            });
        }
    }
}
