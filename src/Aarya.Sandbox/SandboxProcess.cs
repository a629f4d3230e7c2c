using System.Runtime.InteropServices;

namespace Aarya.Sandbox;

/// <summary>
/// Runs the provider as a separate process: settings from the environment, its address from <c>--urls</c> or <c>ASPNETCORE_URLS</c>.
/// </summary>
internal static class SandboxProcess
{
    private static async Task<int> Main(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
        try
        {
            var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            await using var sandbox = await SandboxHost.StartAsync(SandboxOptions.From(configuration));
            Console.WriteLine($"Sandbox payment provider on {sandbox.Url}, with its journal in {sandbox.Options.DataFolder}.");
            await Task.WhenAny(stop.Task, sandbox.Ended);
            if (sandbox.Fault is not { } fault) return 0;
            await Console.Error.WriteLineAsync($"sandbox: the journal cannot be written: {fault.Message}");
            return 1;

            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stop.TrySetResult();
            }
        }
        catch (Exception problem) when (problem is SandboxSettingException or IOException)
        {
            await Console.Error.WriteLineAsync($"sandbox: {problem.Message}");
            return 1;
        }
    }
}
