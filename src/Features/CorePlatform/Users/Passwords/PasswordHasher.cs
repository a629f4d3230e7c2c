using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;
using NSec.Cryptography;

namespace Aarya.Features.CorePlatform.Users.Passwords;

/// <summary>The result of checking a password.</summary>
/// <param name="Matches">The password is the one that was hashed.</param>
/// <param name="IsOutdated">
/// It matches, but was hashed with other parameters than today's, or in another spelling than <see cref="Password.Compose"/> gives.
/// </param>
public readonly record struct PasswordCheck(bool Matches, bool IsOutdated);

/// <summary>
/// Hashes passwords with argon2id (RFC 9106) into PHC strings, with the parameters that OWASP gives for servers: 19 MiB, two passes, one
/// lane. They are computed on <see cref="PasswordThreads"/>, so that other requests do not wait for them; when too many wait, the answer is
/// 503.
/// </summary>
public sealed class PasswordHasher : IDisposable
{
    /// <summary>The name of the counter of computed hashes.</summary>
    public const string HashesName = "aarya_passwords_hashed";

    private const int SaltSize = 16;
    private const int HashSize = 32;

    private static readonly Counter<long> Hashed = ShopMeter.Counter(HashesName, "Argon2id hashes computed.");

    private static readonly Parameters Today = new(MemoryKiB: 19 * 1024, Passes: 2);

    // Used for the comparison when there is no such account: the same work, and nothing can match.
    private static readonly Encoded Nobody = new(Today, RandomNumberGenerator.GetBytes(SaltSize), RandomNumberGenerator.GetBytes(HashSize));

    private readonly PasswordThreads threads;

    public PasswordHasher() : this(new PasswordThreads()) { }

    /// <param name="atOnce">Hashes computed at the same time.</param>
    /// <param name="queueLength">How many more may wait.</param>
    public PasswordHasher(int atOnce, int queueLength) : this(new PasswordThreads(atOnce, queueLength)) { }

    public PasswordHasher(PasswordThreads threads) => this.threads = threads;

    /// <summary>The PHC string to store, of the composed password.</summary>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public async Task<string> HashAsync(string password, CancellationToken cancellation)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return new Encoded(Today, salt, await ComputeAsync(Password.Compose(password), Today, salt, HashSize, cancellation)).ToString();
    }

    /// <summary>
    /// Compares in constant time; without an account it takes as long and never matches. A hash from before passwords were composed matches
    /// too: a wrong password is tried in all its spellings, with or without an account, so that the work reveals nothing.
    /// </summary>
    /// <exception cref="UnavailableException">Too many passwords are waiting.</exception>
    public async Task<PasswordCheck> CheckAsync(string password, string? phc, CancellationToken cancellation)
    {
        var kept = phc is null ? Nobody : Encoded.Parse(phc);
        var composed = Password.Compose(password);
        foreach (var spelling in Password.Spellings(password))
        {
            var hash = await ComputeAsync(spelling, kept.Parameters, kept.Salt, kept.Hash.Length, cancellation);
            if (CryptographicOperations.FixedTimeEquals(hash, kept.Hash) && phc is not null)
                return new(true, IsOutdated: kept.Parameters != Today || spelling != composed);
        }

        return default;
    }

    public void Dispose() => threads.Dispose();

    private Task<byte[]> ComputeAsync(string password, Parameters parameters, byte[] salt, int size, CancellationToken cancellation) =>
        threads.RunAsync(
            () =>
            {
                Hashed.Add(1);
                return parameters.Compute(password, salt, size);
            }, cancellation);

    // Always one lane, as libsodium computes it.
    private sealed record Parameters(int MemoryKiB, int Passes)
    {
        public byte[] Compute(string password, byte[] salt, int size)
        {
            var typed = Encoding.UTF8.GetBytes(password);
            try
            {
                return PasswordBasedKeyDerivationAlgorithm
                    .Argon2id(new() { MemorySize = MemoryKiB, NumberOfPasses = Passes, DegreeOfParallelism = 1 })
                    .DeriveBytes(typed, salt, size);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(typed);
            }
        }
    }

    private sealed record Encoded(Parameters Parameters, byte[] Salt, byte[] Hash)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"$argon2id$v=19$m={Parameters.MemoryKiB},t={Parameters.Passes},p=1${Base64(Salt)}${Base64(Hash)}");

        public static Encoded Parse(string phc)
        {
            if (phc.Split('$') is not ["", "argon2id", "v=19", var costs, var salt, var hash]
                || costs.Split(',') is not [['m', '=', .. var m], ['t', '=', .. var t], "p=1"])
                throw new FormatException("A stored password is not an argon2id PHC string.");
            return new(new(Number(m), Number(t)), FromBase64(salt), FromBase64(hash));
        }

        private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

        // PHC strings leave the padding out.
        private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

        private static byte[] FromBase64(string text) => Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
    }
}
