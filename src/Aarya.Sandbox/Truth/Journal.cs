using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Aarya.Sandbox.Truth;

/// <summary>
/// The append-only file with the provider's whole state. A fact is valid once it is on disk: writers wait for the fsync
/// that covers their line (concurrent writers share one), so kill -9 loses nothing that was answered.
/// </summary>
internal sealed class Journal : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly FileStream file;
    private readonly Channel<(byte[] Line,
        TaskCompletionSource Written)> queue = Channel.CreateUnbounded<(byte[], TaskCompletionSource)>(new() { SingleReader = true });
    private readonly Task writing;

    private Journal(FileStream file)
    {
        this.file = file;
        writing = Task.Run(WriteAsync);
    }

    /// <summary>Opens the journal for this process alone and reads its facts.</summary>
    /// <exception cref="JournalInUseException">Another process has it open.</exception>
    public static Journal Open(string folder, out IReadOnlyList<Fact> facts)
    {
        Directory.CreateDirectory(folder);
        var file = OpenAlone(Path.Combine(folder, "journal.ndjson"));
        try
        {
            facts = Replay(file);
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStream OpenAlone(string path)
    {
        try
        {
            return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new JournalInUseException(path);
        }
    }

    /// <summary>Completes when the fact is on disk.</summary>
    public Task AppendAsync(Fact fact)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(fact, Json), (byte)'\n'];
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return queue.Writer.TryWrite((line, written)) ? written.Task : throw new InvalidOperationException("The journal is closed.");
    }

    private static List<Fact> Replay(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        List<Fact> facts = [];
        var start = 0;
        for (var end = Array.IndexOf(bytes, (byte)'\n'); end >= 0; end = Array.IndexOf(bytes, (byte)'\n', start))
        {
            facts.Add(JsonSerializer.Deserialize<Fact>(bytes.AsSpan(start, end - start), Json)
                ?? throw new IOException(
                    $"The journal {file.Name} cannot be read at byte {start}: {Encoding.UTF8.GetString(bytes, start, end - start)}"));
            start = end + 1;
        }

        // An incomplete last line was never answered: the process died while it wrote the line.
        file.SetLength(start);
        file.Position = start;
        return facts;
    }

    private async Task WriteAsync()
    {
        List<TaskCompletionSource> waiting = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            try
            {
                while (queue.Reader.TryRead(out var entry))
                {
                    waiting.Add(entry.Written);
                    await file.WriteAsync(entry.Line);
                }

                file.Flush(flushToDisk: true);
            }
            catch (IOException full)
            {
                // From now on the content of the disk is unknown: the provider must not answer further requests.
                queue.Writer.TryComplete(full);
                while (queue.Reader.TryRead(out var entry)) waiting.Add(entry.Written);
                foreach (var writer in waiting) writer.TrySetException(full);
                return;
            }

            foreach (var writer in waiting) writer.TrySetResult();
            waiting.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
    }
}
