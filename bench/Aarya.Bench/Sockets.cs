using System.Diagnostics;
using System.Globalization;
using System.Net;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Core;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aarya.Bench;

/// <summary>
/// Measures one unary call between two processes, over a unix socket and over TCP loopback, in turns. The source architecture
/// claims that sockets are 20 to 30 per cent faster.
/// </summary>
public static class Sockets
{
    private static readonly int[] Concurrencies = [1, 16, 64];

    /// <summary>The other process: it listens on both and prints the URL of its TCP port.</summary>
    public static async Task ServeAsync(string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(socket, x => x.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, x => x.Protocols = HttpProtocols.Http2);
        });
        await using var app = builder.Build();
        app.MapGrpcService<Answering>();
        await app.StartAsync();
        Console.WriteLine(app.Urls.Single(x => !x.Contains("unix:", StringComparison.Ordinal)));
        // This process ends when its parent closes the pipe.
        await Console.In.ReadLineAsync();
        await app.StopAsync();
    }

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("aarya-bench-");
        try
        {
            var socket = Path.Combine(folder.FullName, "core.sock");
            using var server =
                Process.Start(new ProcessStartInfo("dotnet", [typeof(Sockets).Assembly.Location, "sockets-server", socket])
                {
                    RedirectStandardInput = true,
                    RedirectStandardOutput = true,
                })!;
            var url = await server.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException("The answering process did not start.");
            using var unix = ContextChannel.To(new("core", socket, new("http://core.sock")));
            using var tcp = ContextChannel.To(new("core", null, new(url)));

            Console.WriteLine();
            Console.WriteLine("gRPC unary between two processes, socket against TCP loopback");
            Console.WriteLine(
                $"  {"in flight",-12}{"socket/s",12}{"TCP/s",12}{"faster",9}"
                + $"{"socket p50 us",16}{"TCP p50 us",13}{"shorter",9}{"rounds won",13}");
            foreach (var concurrency in Concurrencies)
            {
                var (over, beside) = await Turns.TakeAsync(_ => LoadAsync(new(unix), concurrency), _ => LoadAsync(new(tcp), concurrency));
                Print(concurrency, Measured.Median(over), Measured.Median(beside),
                    over.Zip(beside).Count(x => x.First.PerSecond > x.Second.PerSecond));
            }

            Console.WriteLine($"  medians of {Turns.Rounds} rounds in turns; the claim is 20 to 30 per cent");
            server.StandardInput.Close();
            await server.WaitForExitAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Print(int concurrency, Measured unix, Measured tcp, int won)
    {
        var faster = unix.PerSecond / tcp.PerSecond - 1;
        var shorter = 1 - unix.P50Ms / tcp.P50Ms;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {concurrency,-12}{unix.PerSecond,12:0}{tcp.PerSecond,12:0}{faster,9:+0%;-0%}"
            + $"{unix.P50Ms * 1000,16:0}{tcp.P50Ms * 1000,13:0}{shorter,9:+0%;-0%}{$"{won} of {Turns.Rounds}",13}"));
    }

    private static async Task<Measured> LoadAsync(Core.CoreClient client, int concurrency)
    {
        var began = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            List<double> took = [];
            var request = new GetUserRequest { Id = "01a20988-cc71-7ead-afd5-5fa327873f56" };
            while (Stopwatch.GetElapsedTime(began) < Turns.Time)
            {
                var at = Stopwatch.GetTimestamp();
                await client.GetUserAsync(request, deadline: DateTime.UtcNow.AddSeconds(5));
                took.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            }

            return took;
        })));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var sorted = all.SelectMany(x => x).Order().ToList();
        return new(sorted.Count / seconds, sorted[sorted.Count / 2], sorted[(int)(sorted.Count * 0.99)], 0, null, null);
    }

    private sealed class Answering : Core.CoreBase
    {
        public override Task<User> GetUser(GetUserRequest request, ServerCallContext context) =>
            Task.FromResult(new User
            {
                Id = request.Id,
                Email = "shopper@aarya.example",
                Name = "A. Shopper",
                EmailVerified = true,
                Roles = { "customer" },
            });
    }
}
