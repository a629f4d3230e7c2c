using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;

namespace Aarya.Features.Content.Recipients;

/// <param name="Subject">Whose mail it was.</param>
/// <param name="Kind">The kind of its letter.</param>
/// <param name="Email">Where it went.</param>
public sealed record UnsubscribeToken(Guid Subject, string Kind, string Email)
{
    public override string ToString() => $"{nameof(UnsubscribeToken)} {Kind}";
}

/// <summary>
/// Builds and reads the links in mails that stop mails of their kind. The token contains whose mail it is, the kind and the address,
/// sealed: nobody else can make one or read it, and it works after its mail is deleted, as long as the key is in ENCRYPTION_KEY.
/// </summary>
/// <param name="addressOfApi">Read when the program starts: commands need no address.</param>
public sealed class UnsubscribeLinks(Sealer sealer, Func<string> addressOfApi) : StartStep
{
    public const string Path = "/api/mail/unsubscribe";

    private const string Purpose = "unsubscribe";
    private const int LongestToken = 1000;

    private string api = "";

    /// <summary>Null for a kind that is not stopped by a link.</summary>
    public string? To(Guid subject, ILetterKind kind, string? email) => kind.HasUnsubscribeLink && email is not null
        ? $"{api}{Path}/{sealer.SealForUrl($"{Purpose} {subject:N} {kind.Name} {email}")}"
        : null;

    /// <summary>Null when the token is not one of the shop's.</summary>
    public UnsubscribeToken? Read(string token)
    {
        if (token.Length > LongestToken) return null;
        return sealer.OpenFromUrl(token)?.Split(' ', 4) is [Purpose, var subject, var kind, var email]
            && Guid.TryParse(subject, out var id) ? new(id, kind, email) : null;
    }

    /// <exception cref="StartupException">AARYA_PUBLIC_URL is absent in production, or is not a web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        api = addressOfApi();
        return Task.CompletedTask;
    }
}
