using System.Text.Json;

namespace Aarya.Features.Payment.Providers;

/// <summary>The file beside a sandbox's journal that says how to reach it.</summary>
internal static class SandboxCard
{
    private const string Name = "account.json";

    public static ProviderAccount? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<ProviderAccount>(File.ReadAllBytes(Path.Combine(folder, Name)));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    public static void Write(string folder, ProviderAccount account)
    {
        // Secrets: for their owner's eyes from the first byte on.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(Path.Combine(folder, Name), options);
        JsonSerializer.Serialize(file, account);
    }
}
