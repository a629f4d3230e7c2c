using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Mails the owner of an account what happened to it, or the link that they requested.</summary>
public static class WriteAccountLetterHandler
{
    private const string NotYou = "If this was not you, set a new password at once: choose “forgot password” on the sign-in page.";
    private const string NeverMind = "If you did not ask for this, you can ignore this e-mail.";

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
        "verify_email" => ("Confirm your e-mail address", "open this link within a day to confirm that this address is yours:", NeverMind),
        "registration_repeated" => ("You already have an account", "someone tried to register with your address, which has an account.",
            "If it was you, sign in; if you have forgotten the password, choose “forgot password” on the sign-in page. If not, you can "
            + "ignore this e-mail."),
        "reset_password" => ("Set a new password", "open this link within an hour to set a new password:", NeverMind),
        "password_changed" =>
            ("Your password was changed", "the password of your account was changed, and all other devices are signed out.", NotYou),
        "confirm_new_email" =>
            ("Confirm your new e-mail address", "open this link within a day to move your account to this address:", NeverMind),
        "email_change_asked" =>
            ("A new e-mail address was requested for your account",
                "someone who has your password asked to move your account to another address. It moves when the link that we sent there "
                + "is opened.", NotYou),
        "email_changed" =>
            ("Your e-mail address was changed", "your account has moved to another address: sign in with it from now on.", NotYou),
        "deactivated" =>
            ("Your account is closed", "your account is closed as you asked.",
                "To open it again, choose “forgot password” on the sign-in page and set a new password."),
        "two_factor_on" =>
            ("Signing in now takes two steps",
                "from now on you need a code from your authenticator app to sign in. Keep the recovery codes on paper.", NotYou),
        "two_factor_off" =>
            ("Signing in takes one step again", "you no longer need a code from your authenticator app to sign in.", NotYou),
        "recovery_codes_renewed" => ("You have new recovery codes", "you have new recovery codes; the old ones no longer work.", NotYou),
        "recovery_code_used" =>
            ("A recovery code was used", "someone signed in to your account with a recovery code, which no longer works.", NotYou),
        "session_stolen" =>
            ("We have signed you out",
                "someone else may have used your sign-in, so we have ended that session. Please sign in again.", NotYou),
        _ => ("Your account has changed", "something about your account has changed.", NotYou),
    };
}
