using System.Net;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Specs.Architecture;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Content.Letters;

/// <summary>Every letter in every language, with every value that it names.</summary>
public sealed partial class LetterTemplatesSpec
{
    private readonly LetterTemplates strict = StrictLetters.All;

    public static TheoryData<string, string> Letters =>
        [.. LetterKinds.All.SelectMany(x => Languages.All.Select(y => (x.Name, y)))];

    [Theory, MemberData(nameof(Letters))]
    public async Task a_letter_has_a_template_that_names_only_what_it_is_given(string kind, string language)
    {
        var letter = await strict.WriteSampleAsync(LetterKinds.All.Single(x => x.Name == kind), language);

        Assert.True(letter.Subject.Length > 0 || letter.Title.Length > 0, "It has neither a subject nor a title.");
        Assert.Equal(letter.Title.Length > 0, letter.Summary.Length > 0);
        foreach (var text in new[] { letter.Title, letter.Summary, letter.Subject, letter.Text, letter.Html })
        {
            Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
            Assert.DoesNotContain("{%", text, StringComparison.Ordinal);
            Assert.DoesNotMatch(Hole(), text);
        }

        Assert.DoesNotContain('\n', letter.Subject + letter.Title + letter.Summary);
        if (letter.Subject.Length == 0) return;
        Assert.Contains($"<html lang=\"{language}\">", letter.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", letter.Html, StringComparison.Ordinal);
        Assert.Contains("\n\nAarya Clothing\n", letter.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n\n\n", letter.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Letters))]
    public async Task the_text_and_the_html_of_a_letter_say_the_same(string kind, string language)
    {
        var letter = await strict.WriteSampleAsync(LetterKinds.All.Single(x => x.Name == kind), language);
        if (letter.Subject.Length == 0) return;
        var shown = WebUtility.HtmlDecode(Tag().Replace(letter.Html, " "))
            .Replace("AARYA CLOTHING", "Aarya Clothing", StringComparison.Ordinal);
        foreach (var word in letter.Text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var isLink = word.StartsWith("https:", StringComparison.Ordinal);
            Assert.Contains(isLink ? $"href=\"{word}\"" : word.TrimEnd(':'), isLink ? letter.Html : shown, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Letters))]
    public async Task every_sentence_of_a_hindi_letter_is_hindi(string kind, string language)
    {
        if (language != Languages.Hindi) return;
        var letter = await strict.WriteSampleAsync(LetterKinds.All.Single(x => x.Name == kind), language);
        var paragraphs = Paragraph().Matches(letter.Html).Select(x => Tag().Replace(x.Value, ""))
            .Where(x => !x.StartsWith("https:", StringComparison.Ordinal));
        foreach (var text in paragraphs.Concat([letter.Title, letter.Summary, letter.Subject]).Where(x => x.Length > 0))
            Assert.Matches(Devanagari(), text);
    }

    [Theory, MemberData(nameof(Letters))]
    public void a_letter_names_the_same_values_in_every_language(string kind, string language)
    {
        var files = LetterFiles.All.ToDictionary(x => x.Path, x => x.Content);
        Assert.Equal(ValuesOf(files[$"{Languages.English}/{kind}"]), ValuesOf(files[$"{language}/{kind}"]));
    }

    [Fact]
    public void every_template_is_the_letter_of_a_kind()
    {
        var kinds = LetterKinds.All.SelectMany(x => Languages.All.Select(y => $"{y}/{x.Name}"));
        var files = LetterFiles.All.Select(x => x.Path).Where(x => x.Split('/') is [var language, _] && Languages.All.Contains(language));
        Assert.Equal(kinds.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task amounts_days_and_times_are_those_of_india()
    {
        var confirmed = await strict.WriteSampleAsync(LetterKinds.OrderConfirmed, Languages.Hindi);
        Assert.Contains("₹1,04,278.00", confirmed.Text, StringComparison.Ordinal);
        var ready = (PersonalDataReadyNotice)LetterKinds.PersonalDataReady.SampleFacts;
        // Half past six in the evening in London is a minute past midnight in India.
        var late = ready with { ExpiresAt = new(2026, 11, 23, 18, 31, 0, TimeSpan.Zero) };
        var english = await strict.WriteAsync(LetterKinds.PersonalDataReady, Languages.English, late);
        var hindi = await strict.WriteAsync(LetterKinds.PersonalDataReady, Languages.Hindi, late);
        Assert.Contains("until 24 November 2026, 12:01 am.", english.Text, StringComparison.Ordinal);
        Assert.Contains("24 नवंबर 2026, 12:01", hindi.Text, StringComparison.Ordinal);
        var low = (StockLowNotice)LetterKinds.LowStock.SampleFacts;
        var many = await strict.WriteAsync(LetterKinds.LowStock, Languages.English, low with { Count = 1_23_456 });
        Assert.Equal("1,23,456 SKUs are low in stock", many.Subject);
        var inHindi = await strict.WriteAsync(LetterKinds.LowStock, Languages.Hindi, low with { Count = 1_23_456 });
        Assert.StartsWith("1,23,456 SKU", inHindi.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_a_letter_is_given_is_text_and_never_markup()
    {
        const string Sly = "<i onclick=\"x\">{{ email }} & {% raw %}\r\nBcc: rao@aarya.example";
        var link = (OrderLinkAskedNotice)LetterKinds.OrderLink.SampleFacts;
        var letter = await strict.WriteAsync(
            LetterKinds.OrderLink, Languages.English,
            link with { ShippingName = Sly, Number = Sly, Link = "https://aarya.example/\"><i>" });
        Assert.DoesNotContain("<i", letter.Html, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', letter.Subject);
        Assert.DoesNotContain('\r', letter.Subject);
        Assert.Contains("{{ email }}", letter.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(link.Email, letter.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ta")]
    public async Task a_language_that_the_shop_does_not_write_gets_english(string? language)
    {
        var sample = (OrderPackedNotice)LetterKinds.OrderPacked.SampleFacts;
        var letter = await strict.WriteAsync(LetterKinds.OrderPacked, language, sample);
        Assert.Equal("Your order AA-10042 is packed", letter.Subject);
    }

    [Fact]
    public async Task a_value_that_is_absent_leaves_a_hole_and_stops_no_mail()
    {
        var shop = new LetterTemplates(NullLogger<LetterTemplates>.Instance);
        var sample = (OrderShippedNotice)LetterKinds.OrderShipped.SampleFacts;
        var letter = await shop.WriteAsync(
            LetterKinds.OrderShipped, Languages.English, sample with { Carrier = null!, TrackingUrl = null });
        Assert.Contains("We have handed your order AA-10042 to .", letter.Text, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() =>
            strict.WriteAsync(LetterKinds.OrderShipped, Languages.English, sample with { Carrier = null! }));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("hi")]
    public async Task every_reason_of_a_cancelled_order_has_its_own_sentence(string language)
    {
        var sample = (OrderCancelledNotice)LetterKinds.OrderCancelled.SampleFacts;
        List<string> sentences = [];
        foreach (var reason in WordsBetweenContextsSpec.ReasonsOfCancellation.Append("newer_than_this_release"))
            sentences.Add((await strict.WriteAsync(LetterKinds.OrderCancelled, language, sample with { Reason = reason })).Summary);
        Assert.Equal(sentences.Count, sentences.Distinct(StringComparer.Ordinal).Count());
    }

    private static IEnumerable<string> ValuesOf(string template) =>
        Value().Matches(template).Select(x => x.Groups["value"].Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    // Two marks with nothing between them: "to .", "( )", ", ,".
    [GeneratedRegex(@" [.,;:!।]|\(\)|\( |, ,", RegexOptions.None, 1000)]
    private static partial Regex Hole();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("<p[^>]*>.*?</p>", RegexOptions.Singleline, 1000)]
    private static partial Regex Paragraph();

    [GeneratedRegex(@"\p{IsDevanagari}", RegexOptions.None, 1000)]
    private static partial Regex Devanagari();

    [GeneratedRegex(@"(?:\{\{|if|in|case|button|row|sum|=)\s+(?<value>[a-z_.]+)\s*[|%}<>=!]", RegexOptions.None, 1000)]
    private static partial Regex Value();
}
