using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Settings;

/// <summary>Reads settings by the environment variable's name, or from the file that <c>NAME_FILE</c> points to.</summary>
public static class SettingReading
{
    /// <summary>The setting's value, or null when neither NAME nor NAME_FILE is set; an empty value counts as not set.</summary>
    /// <exception cref="StartupException">NAME_FILE names a file that cannot be read or is empty.</exception>
    public static string? Find(this IConfiguration configuration, string name)
    {
        if (configuration[name] is { Length: > 0 } value) return value;
        if (configuration[$"{name}_FILE"] is not { Length: > 0 } path) return null;
        try
        {
            var text = File.ReadAllText(path).TrimEnd('\r', '\n');
            return text.Length > 0 ? text : throw new StartupException($"{name}_FILE names {path}, which is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"{name}_FILE names {path}, which cannot be read: {e.Message}");
        }
    }

    /// <summary>A secret that is sent in a header: printable ASCII characters in one line; null when it is not set.</summary>
    /// <param name="advice">What a good value is.</param>
    /// <exception cref="StartupException">It has a line break or another character that a header cannot carry.</exception>
    public static string? FindForHeader(
        this IConfiguration configuration, string name, string advice = "make one with `openssl rand -hex 32`") =>
        configuration.Find(name) switch
        {
            { } text when text.Any(x => x is < ' ' or > '~') || text.Trim() != text => throw new StartupException(
                $"{name} must be one line of printable ASCII characters, without space around it: {advice}."),
            var text => text,
        };

    /// <exception cref="StartupException">The setting is absent.</exception>
    public static string Require(this IConfiguration configuration, string name, string whatToDo) =>
        configuration.Find(name) ?? throw new StartupException($"{name} is not set: {whatToDo}");

    /// <summary>A setting that is <c>true</c> or <c>false</c>; <c>false</c> when it is not set.</summary>
    /// <exception cref="StartupException">The setting is neither.</exception>
    public static bool Flag(this IConfiguration configuration, string name) => configuration.Find(name) switch
    {
        null or "false" => false,
        "true" => true,
        var text => throw new StartupException($"{name} is '{text}': it must be true or false."),
    };
}
