using System.Diagnostics;
using System.Globalization;

namespace Aarya.Specs.Support.Hosts;

/// <summary>The program as an operator starts it: a process of its own, for the roles it is given.</summary>
public sealed class RoleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> output = [];
    private readonly List<(string Text, TaskCompletionSource Heard)> waiting = [];
    private readonly Task reading;

    private RoleProcess(string roles, IEnumerable<KeyValuePair<string, string>> settings, string? program)
    {
        Roles = roles;
        var start = new ProcessStartInfo("dotnet", [program ?? ChildProgram.Release ?? ChildProgram.Debug, "--roles", roles])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["AARYA_SOLO"] = "true" },
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        process = Process.Start(start)!;
        reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    public string Roles { get; }

    public int Id => process.Id;

    public bool IsRunning => !process.HasExited;

    /// <summary>Its output so far, from both of its streams.</summary>
    public string Output
    {
        get
        {
            lock (output) return string.Join('\n', output);
        }
    }

    /// <summary>Starts the program and waits until it listens.</summary>
    /// <param name="program">Another program than Aarya.Api.</param>
    public static async Task<RoleProcess> StartAsync(string roles, IEnumerable<KeyValuePair<string, string>> settings,
        string? program = null)
    {
        var role = new RoleProcess(roles, settings, program);
        await Task.WhenAny(role.started.Task, role.process.WaitForExitAsync());
        if (role.started.Task.IsCompleted) return role;
        await role.reading;
        throw new InvalidOperationException($"{roles} did not start:\n{role.Output}");
    }

    /// <summary>Starts the program where it must refuse to start, and waits for its end.</summary>
    public static async Task<(int ExitCode, string Output)> RefuseAsync(string roles, IEnumerable<KeyValuePair<string, string>> settings)
    {
        await using var role = new RoleProcess(roles, settings, null);
        await role.process.WaitForExitAsync();
        await role.reading;
        return (role.process.ExitCode, role.Output);
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task TellAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it prints a line with this text, from now on, or has ended.</summary>
    /// <exception cref="TimeoutException">It did neither for three minutes.</exception>
    public async Task HearAsync(string text)
    {
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (output) waiting.Add((text, heard));
        try
        {
            await Task.WhenAny(heard.Task, EndAsync()).WaitAsync(Patience);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{Roles} did not print '{text}' for {Patience.TotalMinutes:0} minutes, but this:\n{Output}", e);
        }
    }

    /// <summary>Waits for its end, however it comes.</summary>
    public async Task EndAsync()
    {
        await process.WaitForExitAsync();
        await reading;
    }

    /// <summary>SIGTERM, and waits for the end, as a deploy does.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync();
        await reading;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            lock (output)
            {
                output.Add(line);
                foreach (var (_, heard) in waiting.Where(x => line.Contains(x.Text, StringComparison.Ordinal))) heard.TrySetResult();
            }

            if (line.Contains("Application started", StringComparison.Ordinal)) started.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) await KillAsync();
        process.Dispose();
    }
}
