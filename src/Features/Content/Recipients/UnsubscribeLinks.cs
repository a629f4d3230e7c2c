using System.Security.Cryptography;
using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// Builds and reads the links in mails that stop mails of their kind. The token contains whose mail it is and the kind, sealed: nobody can
/// make one, it names no person, and it works after its mail is deleted.
/// </summary>
/// <param name="addressOfApi">Read when the program starts: commands need no address.</param>
public sealed class UnsubscribeLinks(Sealer sealer, Func<string> addressOfApi) : StartStep
{
    public const string Path = "/api/mail/unsubscribe";

    private const string Purpose = "unsubscribe";
    private const string Mark = "sealed:";
    private const int LongestToken = 300;

    private string api = "";

    /// <summary>Null for a kind that is not stopped by a link.</summary>
    public string? To(Guid subject, ILetterKind kind) => kind.Choice == LetterChoice.Unsubscribe
        ? $"{api}{Path}/{sealer.Seal($"{Purpose} {subject:N} {kind.Name}")[Mark.Length..].Replace(':', '.')}"
        : null;

    /// <summary>Null when the token is not one of the shop's.</summary>
    public (Guid Subject, string Kind)? Read(string token)
    {
        if (token.Length > LongestToken) return null;
        try
        {
            var parts = sealer.Open($"{Mark}{token.Replace('.', ':')}").Split(' ');
            return parts is [Purpose, var subject, var kind] && Guid.TryParse(subject, out var id) ? (id, kind) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <exception cref="StartupException">AARYA_PUBLIC_URL is absent in production, or is not a web address.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        api = addressOfApi();
        return Task.CompletedTask;
    }
}
