using System.Diagnostics;
using Marten;
using Marten.Services;

namespace Aarya.Specs.Streams;

/// <summary>
/// What happens to the process that handles an order, by the order's note, <c>role:fate</c>: <c>payment:dies-before-commit</c>,
/// <c>payment:dies-after-commit</c>, <c>payment:fails</c>; <c>count</c> stands for the second handler of payment. It happens only while the
/// file that <c>FATE_FILE</c> names exists; the process deletes the file before it dies, and before a handler hangs (<c>payment:hangs</c>).
/// With <c>payment:slow</c> a handler takes 300 ms, and with <c>payment:sleeps</c> five seconds, longer than twice the time after which
/// entries are claimed.
/// </summary>
internal static class Fate
{
    private static readonly string? File = Environment.GetEnvironmentVariable("FATE_FILE");

    public static async Task BefallsAsync(IDocumentSession session, string role, string note, CancellationToken cancellation)
    {
        Befalls(session, role, note);
        if (note == $"{role}:slow") await Task.Delay(TimeSpan.FromMilliseconds(300), cancellation);
        if (note == $"{role}:sleeps") await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        if (note == $"{role}:hangs" && System.IO.File.Exists(File))
        {
            System.IO.File.Delete(File);
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }
    }

    public static void Befalls(IDocumentSession session, string role, string note)
    {
        if (!note.StartsWith($"{role}:", StringComparison.Ordinal) || !System.IO.File.Exists(File)) return;
        switch (note[(role.Length + 1)..])
        {
            case "fails": throw new InvalidOperationException("This order cannot be handled.");
            case "dies-before-commit": Die(); break;
            case "dies-after-commit": session.Listeners.Add(new DiesAfterCommit()); break;
        }
    }

    private static void Die()
    {
        System.IO.File.Delete(File!);
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private sealed class DiesAfterCommit : DocumentSessionListenerBase
    {
        public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
        {
            Die();
            return Task.CompletedTask;
        }
    }
}
