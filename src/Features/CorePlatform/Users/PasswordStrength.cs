using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Infrastructure.Http;
using AnyAscii;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Zxcvbn;
using Zxcvbn.Matcher;
using Match = Zxcvbn.Match;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>
/// How hard a new password is to guess, by zxcvbn (Wheeler, USENIX Security 2016): words, names, keyboard patterns, dates and sequences
/// count for little, words from the account and of the shop for almost nothing. The minimum is zxcvbn's score 3, about 34 bits. The
/// password is also measured reversed, without its repetitions, without these known words, and transliterated to Latin letters; the weakest
/// result counts.
/// </summary>
/// <remarks>
/// zxcvbn looks up every part of a text, and again for each way to read its digits as letters: with 128 characters that takes up to an
/// eighth of a second. Only the first <see cref="Judged"/> are measured: more characters after them do not make a password easier to guess.
/// </remarks>
public sealed partial class PasswordStrength(PasswordThreads threads)
{
    /// <summary>How many characters of a password are measured.</summary>
    public const int Judged = 48;

    private const string Advice =
        "Use at least four unrelated words: they are easy to remember and hard to guess.";

    private const string IsKnown = "it is made of your name, your address or the name of the shop";

    // Score 3 begins at 1e6 seconds, with 1e4 guesses per second, when half of all guesses have been tried.
    private static readonly double Enough = Math.Log2(2 * 1e6 * 1e4);

    private static readonly string[] OfTheShop = ["aarya", "clothing", "aarya clothing", "aaryaclothing"];
    private static readonly FrozenSet<char> BetweenWords = " .-_+@'’/".ToFrozenSet();

    private static readonly Zxcvbn.Zxcvbn Estimator = new();

    /// <summary>A 400 that names the field when the password is too easy to guess.</summary>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public async Task<ProblemDetails> CheckAsync(
        string field, string password, IReadOnlyList<string> known, CancellationToken cancellation) =>
        await threads.RunAsync(() => FaultOf(password, known), cancellation) is { } fault
            ? Problem.Invalid(field, fault)
            : WolverineContinue.NoProblems;

    /// <inheritdoc cref="CheckAsync(string, string, IReadOnlyList{string}, CancellationToken)"/>
    public Task<ProblemDetails> CheckAsync(string field, string password, User user, CancellationToken cancellation) =>
        CheckAsync(field, password, KnownOf(user.Email, user.PendingEmail, user.Name, user.Phone), cancellation);

    /// <summary>The words that a stranger with these facts would try first: each of them, its parts, and its parts as one word.</summary>
    public static IReadOnlyList<string> KnownOf(params IEnumerable<string?> aboutThePerson) =>
    [
        .. aboutThePerson.OfType<string>().SelectMany(x => new[] { x, x.Transliterate() }).SelectMany(Parts).Concat(OfTheShop)
            .Select(x => x.ToLowerInvariant()).Where(x => x.Length > 2).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>What is wrong with the password, in words that follow the field's name; null when it is hard enough to guess.</summary>
    public static string? FaultOf(string password, IReadOnlyList<string> known)
    {
        foreach (var reading in Readings(Password.Compose(password), known))
        {
            var result = Estimator.EvaluatePassword(reading.Text, known);
            if (result.Entropy + reading.Bits < Enough) return $"must be harder to guess: {Why(result, reading)}. {Advice}";
        }

        return null;
    }

    // Bits: the entropy of what was taken out of the text. Why: the weakness that this reading shows.
    private sealed record Reading(string Text, double Bits = 0, string? Why = null);

    private static IEnumerable<Reading> Readings(string password, IReadOnlyList<string> known)
    {
        var latin = password.Transliterate();
        foreach (var whole in latin == password ? [password] : new[] { password, latin })
        {
            var text = First(whole);
            yield return new(text);
            if (WithoutKnown(whole, known) is { } rest) yield return rest;
            if (WithoutRepeats(text) is { } shorter) yield return shorter;
            yield return new(string.Concat(text.Reverse()));
        }
    }

    private static string First(string text) => text.Length <= Judged ? text : text[..Judged];

    // A known word counts for one bit wherever it is: a mail address may be longer than the measured part.
    private static Reading? WithoutKnown(string text, IReadOnlyList<string> known)
    {
        var (rest, bits) = (text, 0);
        foreach (var word in known.OrderByDescending(x => x.Length))
        {
            int at;
            while ((at = rest.IndexOf(word, StringComparison.OrdinalIgnoreCase)) >= 0)
            {
                rest = rest.Remove(at, word.Length);
                bits++;
            }
        }

        return bits == 0 ? null : new(First(rest), bits, IsKnown);
    }

    // A repeated part counts once, and the number of repetitions for a few bits.
    private static Reading? WithoutRepeats(string text)
    {
        var bits = 0.0;
        var shorter = Repeated().Replace(text, x =>
        {
            bits += Math.Log2((double)x.Length / x.Groups["part"].Length);
            return x.Groups["part"].Value;
        });
        return shorter.Length == text.Length ? null : new(shorter, bits, "it repeats itself");
    }

    private static IEnumerable<string> Parts(string text)
    {
        yield return text;
        var parts = string.Concat(text.Select(x => BetweenWords.Contains(x) ? ' ' : x)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts) yield return part;
        yield return string.Concat(parts);
        if (text.Split('@') is [var mailbox, _]) yield return string.Concat(mailbox.Where(char.IsLetterOrDigit));
    }

    private static string Why(Result result, Reading reading)
    {
        var length = Math.Max(1, reading.Text.Length);
        if (Share(x => x is DictionaryMatch { DictionaryName: "user_inputs" }) > 1 / 3.0) return IsKnown;
        if (Share(x => x is DictionaryMatch { DictionaryName: "passwords" }) > 2 / 3.0)
            return "it is one of the most common passwords";
        if (reading.Why is not null) return reading.Why;
        if (Share(x => x is RepeatMatch) > 1 / 3.0) return "it repeats itself";
        if (Share(x => x is SequenceMatch) > 1 / 3.0) return "it follows a sequence, such as abc or 321";
        if (Share(x => x is SpatialMatch) > 1 / 3.0) return "it follows the keys of a keyboard";
        if (Share(x => x is DateMatch || x.Pattern == "year") > 1 / 3.0) return "it is made of a date";
        return Share(x => x is DictionaryMatch) > 1 / 3.0 ? "it is made of a few common words" : "it is too short";

        double Share(Func<Match, bool> which) => result.MatchSequence.Where(which).Sum(x => x.Token.Length) / (double)length;
    }

    // A single letter three times or more, or a longer part twice or more.
    [GeneratedRegex(@"(?<part>.)\k<part>{2,}|(?<part>.{2,32}?)\k<part>+", RegexOptions.Singleline)]
    private static partial Regex Repeated();
}
