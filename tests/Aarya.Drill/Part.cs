using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Aarya.Drill;

/// <summary>A kind of fault of a part.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL, then a start.</summary>
    Kill,

    /// <summary>SIGTERM or SIGINT, then a start.</summary>
    Stop,

    /// <summary>SIGSTOP, then SIGCONT.</summary>
    Pause,
}

/// <summary>How a part is run.</summary>
/// <param name="Name">Its name in the output, and the name of its log.</param>
/// <param name="Command">The shell command that starts it.</param>
/// <param name="Port">The port that it listens on; 0 for a role that listens on a Unix socket.</param>
/// <param name="Environment">Its settings.</param>
internal sealed record PartSetup(string Name, string Command, int Port, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The signal for a clean stop: 15 (SIGTERM), or 2 (SIGINT) where that is quicker.</summary>
    public int StopSignal { get; init; } = 15;

    /// <summary>How soon it should serve again after a kill; null without an aim.</summary>
    public TimeSpan? Aim { get; init; }

    /// <summary>
    /// It may refuse to start while the kernel has not removed its predecessor, as PostgreSQL does; then it is started again.
    /// </summary>
    public bool MayHesitate { get; init; }

    /// <summary>After a crash or stop of this part a mail that was just sent may be sent again.</summary>
    public bool SendsMail { get; init; }
}

/// <summary>One process of the shop (PostgreSQL: with its children) that can be taken down and brought back.</summary>
internal sealed partial class Part(PartSetup setup, string state, Action<string> complain) : IAsyncDisposable
{
    private const int Continue = 18;
    private const int Freeze = 19;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Lock gate = new();
    private Process? process;
    private bool wanted;
    private DateTimeOffset startedAt;
    private long logBefore;

    public string Name => setup.Name;

    public TimeSpan? Aim => setup.Aim;

    public bool SendsMail => setup.SendsMail;

    public string Log => Path.Combine(state, "logs", $"{setup.Name}.log");

    public void Start()
    {
        lock (gate)
        {
            wanted = true;
            startedAt = DateTimeOffset.UtcNow;
            Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
            logBefore = File.Exists(Log) ? new FileInfo(Log).Length : 0;
            // With exec the id of the shell is the id of the program.
            var start = new ProcessStartInfo("bash", ["-c", $"exec {setup.Command} >>\"$0\" 2>&1", Log])
            {
                RedirectStandardInput = true,
                WorkingDirectory = "/",
            };
            foreach (var (name, value) in setup.Environment) start.Environment[name] = value;
            var started = process = new Process { StartInfo = start, EnableRaisingEvents = true };
            started.Exited += (_, _) => Ended(started);
            started.Start();
            Remember(started.Id);
        }
    }

    /// <summary>Returns when the part is down.</summary>
    public async Task TakeDownAsync(FaultKind kind)
    {
        Process going;
        lock (gate)
        {
            wanted = kind == FaultKind.Pause;
            going = process!;
        }

        // A frozen parent starts no child after they are listed; a child that outlived it would keep PostgreSQL from starting.
        if (kind != FaultKind.Stop) _ = Signal(going.Id, Freeze);
        switch (kind)
        {
            case FaultKind.Kill:
                foreach (var pid in Tree(going.Id)) _ = Signal(pid, 9);
                break;
            case FaultKind.Stop:
                _ = Signal(going.Id, setup.StopSignal);
                break;
            default:
                foreach (var pid in Tree(going.Id)) _ = Signal(pid, Freeze);
                return;
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await going.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            complain($"{Name} did not end within {Patience.TotalSeconds:0} s after signal {setup.StopSignal}");
            going.Kill(entireProcessTree: true);
            await going.WaitForExitAsync();
        }
    }

    /// <summary>Starts it again, or resumes it.</summary>
    public void BringBack(FaultKind kind)
    {
        if (kind != FaultKind.Pause)
        {
            Start();
            return;
        }

        foreach (var pid in Tree(process!.Id)) _ = Signal(pid, Continue);
    }

    /// <summary>Waits until its port accepts a connection or, where it has none, its log says that it has started.</summary>
    /// <returns>When it did; null when it did not in time.</returns>
    public async Task<DateTimeOffset?> ListeningAsync(TimeSpan within)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < within)
        {
            if (setup.Port == 0 ? SaysThatItStarted() : await ListensAsync()) return DateTimeOffset.UtcNow;
            await Task.Delay(50);
        }

        return null;
    }

    private async Task<bool> ListensAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync("127.0.0.1", setup.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private bool SaysThatItStarted()
    {
        using var log = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = logBefore;
        using var said = new StreamReader(log);
        return said.ReadToEnd().Contains("Application started", StringComparison.Ordinal);
    }

    /// <summary>Stops it if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is not { } ending) return;
        if (!ending.HasExited) await TakeDownAsync(FaultKind.Stop);
        process = null;
        ending.Dispose();
        File.Delete(RunFile);
    }

    private void Ended(Process which)
    {
        lock (gate)
        {
            if (!wanted || which != process) return;
            var hesitated = setup.MayHesitate && DateTimeOffset.UtcNow - startedAt < TimeSpan.FromSeconds(10);
            if (!hesitated) complain($"{Name} ended by itself with exit code {which.ExitCode} (its log is {Log})");
        }

        // A supervisor on a server waits a moment before a restart too.
        Thread.Sleep(100);
        lock (gate)
        {
            if (!wanted || which != process) return;
            var since = startedAt;
            Start();
            startedAt = since;
        }
    }

    private string RunFile => Path.Combine(state, "run", Name);

    // In the format of the script's run files, so that the script can end the processes that a killed drill leaves behind.
    private void Remember(int pid)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(RunFile)!);
        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        File.WriteAllText(RunFile, string.Create(CultureInfo.InvariantCulture, $"{pid} {StatOf(pid)[19]}-{boot} {setup.Port}\n"));
    }

    private static List<int> Tree(int root)
    {
        List<int> tree = [root];
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (StatOf(pid)[1] == root.ToString(CultureInfo.InvariantCulture)) tree.Add(pid);
            }
            catch (IOException)
            {
                // It ended after it was listed.
            }
        }

        return tree;
    }

    // The fields of proc_pid_stat(5) from the third on: the second, the program's name, may contain any character.
    private static string[] StatOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}
