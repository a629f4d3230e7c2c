using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Aarya.Infrastructure.Settings;

/// <summary>
/// A setting that is a whole number. The class that reads it declares it; the start of the program checks all of them, whatever roles the
/// process has (see <c>KnownSettings</c>).
/// </summary>
/// <param name="Name">The environment variable.</param>
/// <param name="Default">Its value when it is not set.</param>
/// <param name="Least">The smallest value that works.</param>
/// <param name="Most">The largest value that works.</param>
public sealed record NumberSetting(string Name, int Default, int Least, int Most)
{
    /// <exception cref="StartupException">The setting is not a whole number within the bounds.</exception>
    public int Read(IConfiguration configuration)
    {
        if (configuration.Find(Name) is not { } text) return Default;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most
            ? number
            : throw new StartupException($"{Name} is '{text}': it must be a whole number from {Text(Least)} to {Text(Most)}.");
    }

    private static string Text(int bound) => bound.ToString(CultureInfo.InvariantCulture);
}
