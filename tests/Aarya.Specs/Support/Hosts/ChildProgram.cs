using System.Diagnostics;

namespace Aarya.Specs.Support.Hosts;

/// <summary>A program run to its end as a process of its own.</summary>
/// <param name="ExitCode">What it returned.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ChildProgram(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Aarya.Api.dll of the Debug build, which compiles its handlers when they are first used.</summary>
    public static string Debug { get; } = Repository.PathOf("tests/Aarya.Specs/bin/Debug/net10.0/Aarya.Api.dll");

    /// <summary>Aarya.Api.dll of the Release build that `./aarya test` has made of the same sources, if it has.</summary>
    public static string? Release { get; } = Environment.GetEnvironmentVariable("SPECS_PROGRAM");

    /// <summary>
    /// Aarya.Api.dll of another release, for <c>SPECS_OTHER_PROGRAM</c>: then one of the two processes of <see cref="ShopOfTwo"/> is of it,
    /// as during an upgrade.
    /// </summary>
    public static string? Other { get; } = Environment.GetEnvironmentVariable("SPECS_OTHER_PROGRAM");

    /// <summary>The real program with these settings and none of this process's own.</summary>
    /// <param name="arguments">A command and its arguments.</param>
    /// <param name="settings">Its environment.</param>
    /// <param name="program">Which build, if it matters.</param>
    public static Task<ChildProgram> AaryaAsync(string[] arguments, IReadOnlyDictionary<string, string> settings, string? program = null) =>
        RunAsync(Aarya(arguments, settings, program));

    /// <summary>How it is started.</summary>
    public static ProcessStartInfo Aarya(string[] arguments, IReadOnlyDictionary<string, string> settings, string? program = null)
    {
        var start = new ProcessStartInfo("dotnet", [program ?? Release ?? Debug, .. arguments]);
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs it for at most a minute, or this long.</summary>
    public static async Task<ChildProgram> RunAsync(ProcessStartInfo start, TimeSpan? longest = null)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        return await EndAsync(process, longest);
    }

    /// <summary>Waits at most a minute, or this long, for the end of a program whose outputs are redirected.</summary>
    public static async Task<ChildProgram> EndAsync(Process process, TimeSpan? longest = null)
    {
        var most = longest ?? Longest;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(most);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill(entireProcessTree: true);
            var command = $"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)}";
            throw new TimeoutException($"{command} still ran after {most.TotalMinutes} min; it said: {await output} {await error}", e);
        }

        return new(process.ExitCode, await output, await error);
    }

    private static bool IsSetting(string name) =>
        name.Contains("_URL", StringComparison.Ordinal) || name.StartsWith("AARYA_", StringComparison.Ordinal)
            || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal);
}
