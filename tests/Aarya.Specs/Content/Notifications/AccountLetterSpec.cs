using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Wolverine.Marten;
using Wolverine.Tracking;
using AccountNotice = Aarya.Features.Content.Contracts.AccountNotice;

namespace Aarya.Specs.Content.Notifications;

[StoryOf(typeof(WriteAccountLetterHandler))]
public sealed class AccountLetterSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly AccountNotice reset = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "reset_password", $"{Guid.NewGuid():N}@example.com", "Asha <Rao>",
        "https://aarya.example/account/reset#token=abc", Now);

    [Fact]
    public void a_letter_holds_the_link_and_what_to_do_with_it()
    {
        var mail = Mail(WriteAccountLetterHandler.Handle(reset, Now).Item1);
        Assert.Equal((reset.Email, reset.NoticeId), (mail.To, mail.Id));
        Assert.Contains("\n\nhttps://aarya.example/account/reset#token=abc\n\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"https://aarya.example/account/reset#token=abc\"", mail.Html, StringComparison.Ordinal);
        Assert.Contains("within an hour", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Asha &lt;Rao&gt;", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", mail.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void every_kind_of_notice_has_a_letter_of_its_own()
    {
        var kinds = Enum.GetValues<AccountNoticeKind>().Select(x => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{x}")).ToList();
        var subjects = kinds.Select(x => Mail(WriteAccountLetterHandler.Handle(reset with { Kind = x }, Now).Item1).Subject).ToList();
        Assert.Equal(subjects.Count, subjects.Distinct().Count());
        Assert.DoesNotContain(Mail(WriteAccountLetterHandler.Handle(reset with { Kind = "unheard_of" }, Now).Item1).Subject, subjects);
    }

    [Fact]
    public async Task a_notice_goes_out_by_mail()
    {
        var told = await Host.InvokeMessageAndWaitAsync(reset);
        Assert.Equal(reset.NoticeId, told.Executed.SingleMessage<SendEmail>().EmailId);
    }

    private static EmailMessage Mail(StoreDoc<EmailMessage> stored) => Assert.IsType<EmailMessage>(stored.Document);
}
