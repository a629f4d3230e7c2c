using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Writes to the owner of an account what happened to it, or the link that they asked for.</summary>
public static class WriteAccountLetterHandler
{
    private const string NotYou = "If that was not you, set another password at once: choose “forgot password” where you sign in.";
    private const string NeverMind = "If you did not ask for it, you need do nothing: without this link nothing happens.";

    public static (StoreDoc<EmailMessage>, SendEmail) Handle(AccountNotice notice, DateTimeOffset now)
    {
        var (title, words, advice) = Words(notice);
        var letter = new Letter(title).Paragraph($"Dear {notice.Name}, {words}");
        if (notice.Link is { } link) letter.Link(link);
        var mail = letter.Paragraph(advice).To(notice.Email, notice.UserId, notice.NoticeId, now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }

    private static (string Title, string Words, string Advice) Words(AccountNotice notice) => notice.Kind switch
    {
        "verify_email" => ("Is this your address?", "open this link within a day to confirm that this address is yours:", NeverMind),
        "registration_repeated" => ("You have an account already", "somebody asked for an account at your address, which has one.",
            "If it was you and you do not remember the password, choose “forgot password” where you sign in. If not, you need do nothing."),
        "reset_password" => ("Set another password", "open this link within an hour to set another password:", NeverMind),
        "password_changed" =>
            ("Your password was changed", "the password of your account was changed, and all other devices are signed out.", NotYou),
        "confirm_new_email" =>
            ("Is this your new address?", "open this link within a day to move your account to this address:", NeverMind),
        "email_change_asked" =>
            ("Your account is to move",
                "somebody who knows your password asked for your account to move to another address. It moves when the link that we sent "
                + "there is opened.", NotYou),
        "email_changed" =>
            ("Your account has moved", "your account has moved to another address, at which you sign in from now on.", NotYou),
        "deactivated" =>
            ("Your account is closed", "your account is closed as you asked.",
                "To open it again, choose “forgot password” where you sign in and set another one."),
        "two_factor_on" =>
            ("Signing in takes two steps now",
                "from now on signing in takes a code of your authenticator app. Keep the recovery codes on paper.", NotYou),
        "two_factor_off" => ("Signing in takes one step again", "signing in takes no code of your authenticator app any more.", NotYou),
        "recovery_codes_renewed" => ("You have new recovery codes", "you have new recovery codes; the old ones work no more.", NotYou),
        "recovery_code_used" =>
            ("A recovery code was used", "somebody signed in to your account with one of your recovery codes, which is used up.", NotYou),
        "session_stolen" =>
            ("We have signed you out",
                "a key to your account was used by two at once, so we have ended that session. Please sign in again.", NotYou),
        _ => ("News of your account", "something about your account has changed.", NotYou),
    };
}
