using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Settings;

namespace Aarya.Specs.Roles;

[UnsupportedOSPlatform("windows")]
public sealed class SocketSpec : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-sock-").FullName;
    private readonly string path;

    public SocketSpec() => path = Path.Combine(folder, "commerce.sock");

    [Fact]
    public void a_socket_is_for_its_owner_and_group_alone()
    {
        var own = Path.Combine(folder, "sockets");
        using var socket = new UnixSocketListener(Path.Combine(own, "commerce.sock")).Open();

        Assert.Equal("750", Octal(own));
        Assert.Equal("660", Octal(Path.Combine(own, "commerce.sock")));
    }

    [Fact]
    public void a_folder_that_everybody_can_write_to_is_refused()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)Convert.ToInt32("777", 8));
        Assert.Contains("Every user can write", Refusal(new UnixSocketListener(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void a_folder_that_cannot_be_made_is_named_with_what_to_do()
    {
        File.WriteAllText(path, "");
        var refusal = Refusal(new UnixSocketListener(Path.Combine(path, "below", "commerce.sock")));
        Assert.Contains("AARYA_SOCKET_DIR", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task whoever_finds_the_path_finds_a_process_that_answers()
    {
        using var done = new CancellationTokenSource();
        var tries = 0;
        var refused = Task.Run(() =>
        {
            for (; !done.IsCancellationRequested; Interlocked.Increment(ref tries))
                if (Connect(path) == SocketError.ConnectionRefused) return true;
            return false;
        });
        for (var round = 0; round < 200; round++)
        {
            File.Delete(path);
            using var socket = new UnixSocketListener(path).Open();
            // These connections are never accepted, so that the queue may be full (EAGAIN, unix(7)).
            Assert.Contains(Connect(path), new[] { SocketError.Success, SocketError.WouldBlock });
            // The path is deleted while the socket still answers, and the socket is closed only after two more tries: a refused
            // connection can then only come from publishing.
            File.Delete(path);
            var found = Volatile.Read(ref tries);
            while (!refused.IsCompleted && Volatile.Read(ref tries) < found + 2) await Task.Yield();
        }

        await done.CancelAsync();
        Assert.False(await refused);
    }

    [Fact]
    public void the_file_of_a_dead_process_is_taken_over()
    {
        LeaveStale(path);
        Assert.Equal(SocketError.ConnectionRefused, Connect(path));

        using var socket = new UnixSocketListener(path).Open();
        Assert.Equal(SocketError.Success, Connect(path));
    }

    [Fact]
    public void a_running_owner_is_not_displaced()
    {
        using var owner = new UnixSocketListener(path).Open();
        Assert.Contains("Another process is serving", Refusal(new UnixSocketListener(path)), StringComparison.Ordinal);

        Assert.Equal(SocketError.Success, Connect(path));
        Assert.True(owner.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead));
    }

    [Fact]
    public void an_owner_too_busy_to_accept_is_still_the_owner()
    {
        using var owner = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        owner.Bind(new UnixDomainSocketEndPoint(path));
        owner.Listen(1);
        List<Socket> waiting = [];
        while (true)
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            waiting.Add(client);
            try
            {
                client.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException)
            {
                break;
            }
        }

        Assert.Contains("Another process is serving", Refusal(new UnixSocketListener(path)), StringComparison.Ordinal);
        waiting.ForEach(x => x.Dispose());
    }

    [Fact]
    public void of_many_that_start_at_once_one_serves()
    {
        LeaveStale(path);
        List<Socket> opened = [];
        Parallel.For(0, 8, _ =>
        {
            try
            {
                var socket = new UnixSocketListener(path).Open();
                lock (opened) opened.Add(socket);
            }
            catch (StartupException)
            {
                // Another one was first.
            }
        });

        var one = Assert.Single(opened);
        Assert.Equal(SocketError.Success, Connect(path));
        one.Dispose();
    }

    [Fact]
    public void a_path_longer_than_the_system_allows_is_refused_with_its_length()
    {
        var name = new string('x', 107 - Encoding.UTF8.GetByteCount($"{folder}/.{Environment.ProcessId}"));
        using (new UnixSocketListener(Path.Combine(folder, name)).Open())
            Assert.Equal(SocketError.Success, Connect(Path.Combine(folder, name)));

        var refusal = Refusal(new UnixSocketListener(Path.Combine(folder, name + "x")));
        Assert.Contains("is 108 bytes long and the system allows 107", refusal, StringComparison.Ordinal);
        // A letter that takes two bytes counts as two.
        Assert.Contains("is 108 bytes", Refusal(new UnixSocketListener(Path.Combine(folder, name[1..] + "é"))), StringComparison.Ordinal);
    }

    [Fact]
    public void an_ordinary_file_on_the_path_is_left_alone()
    {
        File.WriteAllText(path, "another's notes");
        Assert.Contains("is not a socket", Refusal(new UnixSocketListener(path, takeOver: true)), StringComparison.Ordinal);
        new UnixSocketListener(path).Withdraw();
        Assert.Equal("another's notes", File.ReadAllText(path));

        File.Delete(path);
        Directory.CreateDirectory(path);
        Assert.Contains("is not a socket", Refusal(new UnixSocketListener(path)), StringComparison.Ordinal);
    }

    [Fact]
    public void a_process_told_to_take_over_serves_at_once_and_the_old_one_may_stop_whenever_it_likes()
    {
        var old = new UnixSocketListener(path);
        var oldSocket = old.Open();
        using var newSocket = new UnixSocketListener(path, takeOver: true).Open();
        Assert.Equal(SocketError.Success, Connect(path));
        Assert.False(oldSocket.Poll(TimeSpan.Zero, SelectMode.SelectRead));

        oldSocket.Dispose();
        old.Withdraw();

        Assert.Equal(SocketError.Success, Connect(path));
        Assert.True(newSocket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead));
    }

    [Fact]
    public void a_stopping_process_takes_its_own_path_away()
    {
        var own = new UnixSocketListener(path);
        own.Open().Dispose();
        own.Withdraw();
        Assert.False(File.Exists(path));
        own.Withdraw();
    }

    private static string Refusal(UnixSocketListener listener)
    {
        Assert.Throws<StartupException>(listener.Check);
        return Assert.Throws<StartupException>(listener.Open).Message;
    }

    private static SocketError Connect(string to)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(to));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    private static void LeaveStale(string at)
    {
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(at + ".dead"));
        File.Move(at + ".dead", at);
    }

    private static string Octal(string of) => Convert.ToString((int)File.GetUnixFileMode(of), 8);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
