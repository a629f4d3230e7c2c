using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Hosting;

/// <summary>Reads settings by the environment variable's name, or from the file that <c>NAME_FILE</c> points to.</summary>
public static class Settings
{
    /// <summary>The setting's value, or null when neither NAME nor NAME_FILE is set.</summary>
    /// <exception cref="StartupException">NAME_FILE names a file that cannot be read.</exception>
    public static string? Find(this IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } value) return value;
        if (configuration[$"{name}_FILE"] is not { Length: > 0 } path) return null;
        try
        {
            return File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{name}_FILE names {path}, which cannot be read: {e.Message}");
        }
    }

    /// <exception cref="StartupException">The setting is absent.</exception>
    public static string Require(this IConfiguration configuration, string name, string whatToDo) =>
        configuration.Find(name) ?? throw new StartupException($"{name} is not set: {whatToDo}");

    /// <exception cref="StartupException">The setting is not a whole number within the bounds.</exception>
    public static int Number(this IConfiguration configuration, string name, int fallback, int least, int most)
    {
        if (configuration.Find(name) is not { } text) return fallback;
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new StartupException($"{name} is '{text}': it must be a whole number from {least} to {most}.");
    }

    /// <summary>False while only code is generated or help is printed: then nothing outside may be touched.</summary>
    public static bool ServesRequests(IReadOnlyList<string> args) => args.Count == 0 || args[0] is "run" || args[0].StartsWith('-');

    public static bool IsDevelopmentOrSpecs(this IHostEnvironment environment) => !environment.IsProduction();
}
