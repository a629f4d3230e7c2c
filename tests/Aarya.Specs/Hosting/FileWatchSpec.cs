using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Hosting;

/// <summary>Hosts watch no files: their settings are read once, and Linux gives a user only 128 inotify instances.</summary>
public sealed class FileWatchSpec
{
    [Fact]
    public async Task no_host_takes_an_inotify_instance()
    {
        await using var shop = AaryaHost.Build(
            ["--environment=Development", "--DATABASE_URL=postgres://nobody@127.0.0.1:1/none", "--REDIS_URL=redis://127.0.0.1:1"],
            Modules.All);
        await using var bare = BareHost.Create().Build();

        // Those of all other hosts of this process count, too.
        Assert.DoesNotContain(OpenFiles(), x => x.Contains("inotify", StringComparison.Ordinal));
    }

    private static IEnumerable<string> OpenFiles() =>
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(TargetOf).OfType<string>();

    private static string? TargetOf(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (IOException)
        {
            return null; // It was closed meanwhile.
        }
    }
}
