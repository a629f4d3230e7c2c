using System.Text.Json;
using Aarya.Features.Content.Accounts;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Wolverine.Tracking;
using AccountNotice = Aarya.Features.Content.Contracts.AccountNotice;

namespace Aarya.Specs.Content.Accounts;

[StoryOf(typeof(WriteAccountLetterHandler))]
public sealed class AccountLetterSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly AccountNotice reset = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "reset_password", $"{Guid.NewGuid():N}@example.com", "Asha <Rao>",
        "https://aarya.example/account/reset#token=abc", Now);

    [Fact]
    public async Task a_letter_holds_the_link_and_what_to_do_with_it()
    {
        var mail = await MailAsync(reset);
        Assert.Equal((reset.Email, reset.NoticeId), (mail.To, mail.Id));
        Assert.Contains("\n\nhttps://aarya.example/account/reset#token=abc\n\n", mail.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"https://aarya.example/account/reset#token=abc\"", mail.Html, StringComparison.Ordinal);
        Assert.Contains("within an hour", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Asha &lt;Rao&gt;", mail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", mail.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task every_kind_of_notice_has_a_letter_of_its_own()
    {
        var kinds = Enum.GetValues<AccountNoticeKind>().Select(x => JsonNamingPolicy.SnakeCaseLower.ConvertName($"{x}")).ToList();
        List<string> subjects = [];
        foreach (var kind in kinds) subjects.Add((await MailAsync(reset with { Kind = kind })).Subject);
        Assert.Equal(subjects.Count, subjects.Distinct().Count());
        Assert.DoesNotContain((await MailAsync(reset with { Kind = "unheard_of" })).Subject, subjects);
    }

    [Fact]
    public async Task a_notice_goes_out_by_mail()
    {
        var told = await Host.InvokeMessageAndWaitAsync(reset);
        Assert.Equal(reset.NoticeId, told.Executed.SingleMessage<SendEmail>().EmailId);
    }

    [Fact]
    public async Task a_letter_is_in_the_language_of_the_account()
    {
        var mail = await MailAsync(reset with { Language = "hi" });
        Assert.Equal("नया पासवर्ड बनाएँ", mail.Subject);
        Assert.True(mail.HoldsLink);
    }

    private static async Task<EmailMessage> MailAsync(AccountNotice notice)
    {
        var (stored, _) = await WriteAccountLetterHandler.Handle(notice, StrictLetters.All, Now);
        return Assert.IsType<EmailMessage>(stored.Document);
    }
}
