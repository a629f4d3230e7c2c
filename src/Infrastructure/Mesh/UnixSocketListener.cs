using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;
using Aarya.Infrastructure.Settings;

namespace Aarya.Infrastructure.Mesh;

/// <summary>
/// Owns one well-known socket path. It binds a private name, restricts its permissions, listens, and only then renames it to
/// the path, so that every connection reaches a process that answers. It displaces a running owner only with
/// <paramref name="takeOver"/> (a rolling deploy).
/// </summary>
/// <remarks>
/// The kernel keeps the file of a dead process, and .NET deletes the name that a socket was bound to when it closes the
/// socket. Hence the private name, and a lock file beside the path for processes that check the path before they change it.
/// </remarks>
public sealed class UnixSocketListener(string path, bool takeOver = false)
{
    /// <summary>sun_path holds 108 bytes with the closing NUL (unix(7)).</summary>
    private const int LongestPath = 107;

    private const int Backlog = 512;
    private const int ErrnoNoSuchDevice = 6;
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
        | UnixFileMode.GroupWrite;
    private const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute;

    private readonly string bindPath = $"{path}.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The path that others connect to.</summary>
    public string SocketPath { get; } = path;

    /// <summary>Makes the checks of <see cref="Open"/> early, before anything else of the process has started.</summary>
    /// <exception cref="StartupException">The path is too long, taken, or cannot be written.</exception>
    public void Check() => UnderLock(() => true);

    /// <summary>A listening socket, reachable at the path when this returns.</summary>
    /// <exception cref="StartupException">The path is too long, taken, or cannot be written.</exception>
    public Socket Open() => UnderLock(Publish);

    /// <summary>Deletes the path after the socket was closed, unless another process answers there by now.</summary>
    public void Withdraw()
    {
        using var held = Lock();
        if (!IsSomethingElse() && !IsAnswering()) File.Delete(SocketPath);
    }

    private T UnderLock<T>(Func<T> act)
    {
        if (OperatingSystem.IsWindows())
            throw new StartupException(
                "Sockets with file permissions need Linux or macOS: on Windows run everything in one process (AARYA_ROLES=all).");
        var bytes = Encoding.UTF8.GetByteCount(bindPath);
        if (bytes > LongestPath)
            throw new StartupException(
                $"The socket path {bindPath} is {bytes} bytes long and the system allows {LongestPath}: set AARYA_SOCKET_DIR to a shorter "
                + $"folder.");
        try
        {
            PrepareFolder(Path.GetDirectoryName(SocketPath)!);
            using var held = Lock();
            if (IsSomethingElse())
                throw new StartupException($"{SocketPath} is not a socket: move that file away or set AARYA_SOCKET_DIR.");
            if (!takeOver && IsAnswering())
                throw new StartupException(
                    $"Another process is serving {SocketPath}: stop it first, or set AARYA_SOCKET_TAKEOVER=true to take its place.");
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            throw new StartupException(
                $"The socket {SocketPath} cannot be created: {e.Message} Set AARYA_SOCKET_DIR to a folder that this user can write.");
        }
    }

    private Socket Publish()
    {
        File.Delete(bindPath);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(bindPath));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(bindPath, OwnerAndGroup);
            socket.Listen(Backlog);
            File.Move(bindPath, SocketPath, overwrite: true);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void PrepareFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Folder);
            // The process's umask may have removed bits.
            File.SetUnixFileMode(folder, Folder);
        }
        else if (File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherWrite))
        {
            throw new StartupException(
                $"Every user can write to {folder} and could replace the socket there: set AARYA_SOCKET_DIR to a folder that only "
                + $"this service's group can write.");
        }
    }

    // Opening a socket file fails with ENXIO; anything that opens, and anything without permission to open it, is another file.
    // Read and write, because a pipe opened for only one of them would wait for its other end.
    private bool IsSomethingElse()
    {
        try
        {
            using var file = new FileStream(SocketPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (IOException e) when (e is FileNotFoundException or DirectoryNotFoundException || e.HResult == ErrnoNoSuchDevice)
        {
            return false;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return true;
        }
    }

    // Refused and absent are the only signs of a dead owner: a stopped process, or one with a full backlog, is alive.
    private bool IsAnswering()
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(SocketPath));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable);
        }
    }

    private FileStream Lock()
    {
        var patience = Environment.TickCount64 + 5_000;
        while (true)
        {
            try
            {
                return new($"{SocketPath}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists($"{SocketPath}.lock") && Environment.TickCount64 < patience)
            {
                Thread.Sleep(20);
            }
        }
    }
}
