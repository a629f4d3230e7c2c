using Aarya.Features;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mailbox;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Content.Mailbox;

[StoryOf(typeof(ListLettersEndpoint))]
public sealed class PreviewLetterSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Path = "/dev/mailbox/templates";

    [Fact]
    public async Task the_page_leads_to_every_letter_in_every_language_and_form()
    {
        var page = (await Host.Scenario(x => x.Get.Url(Path))).ReadAsText();
        foreach (var url in LetterKinds.All.SelectMany(x => Languages.All.Select(y => $"{Path}/{y}/{x.Name}")))
        {
            Assert.Contains($"href=\"{url}\"", page, StringComparison.Ordinal);
            Assert.Contains($"href=\"{url}?form=text\"", page, StringComparison.Ordinal);
            await Host.Scenario(x => x.Get.Url(url));
            await Host.Scenario(x =>
            {
                x.Get.Url($"{url}?form=text");
                x.ContentTypeShouldBe("text/plain; charset=utf-8");
            });
        }
    }

    [Fact]
    public Task a_letter_is_shown_as_a_mailbox_shows_it() => Host.Scenario(x =>
    {
        x.Get.Url($"{Path}/hi/order_shipped");
        x.ContentTypeShouldBe("text/html; charset=utf-8");
        x.ContentShouldContain("ऑर्डर की स्थिति देखें");
        x.Header("Content-Security-Policy").SingleValueShouldEqual("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    });

    [Theory]
    [InlineData("ta/order_shipped")]
    [InlineData("en/layout")]
    [InlineData("en/nothing")]
    [InlineData("html/layout")]
    public Task what_is_no_letter_is_not_found(string name) => Host.Scenario(x =>
    {
        x.Get.Url($"{Path}/{name}");
        x.StatusCodeShouldBe(404);
    });
}
