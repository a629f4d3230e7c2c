using System.Text.Json;

namespace Aarya.Features.Payment.Providers;

/// <summary>The file next to a sandbox's journal with its address and its secrets.</summary>
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
        // The file contains secrets: only its owner can read it, from the first byte on.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(Path.Combine(folder, Name), options);
        JsonSerializer.Serialize(file, account);
    }
}
