using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Aarya.Fuzz;

/// <summary>Several clients that send made-up requests at the same time, each with its own seed, and the results.</summary>
internal sealed class Run(ApiDescription api, Uri url, Dictionary<string, (string, string)> accounts, int seed)
{
    private const int Clients = 4;
    private const int RequestsPerOrder = 300;

    // Most paths are valid: among this many requests to an operation at least one reaches it.
    private const int EnoughToBeRouted = 20;

    // Faults with the same beginning count as one.
    private const int LongestFault = 160;
    private static readonly string[] Roles = ["guest", "customer", "admin"];

    private readonly ConcurrentDictionary<int, int> byStatus = new();
    private readonly ConcurrentDictionary<string, int> succeeded = new();
    private readonly ConcurrentDictionary<(string Operation, string Why), int> refused = new();
    private readonly ConcurrentDictionary<string, (int Times, string First)> faults = new();
    private readonly ConcurrentDictionary<string, int> asked = new();
    private readonly ConcurrentDictionary<string, bool> routed = new();
    private int sent;

    public async Task GoAsync(TimeSpan time, int most)
    {
        using var over = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(x => Task.Run(() => ClientAsync(new Random(seed + x), most, over.Token))));
    }

    /// <summary>Prints the faults; true when there are none.</summary>
    public bool Report(TimeSpan took)
    {
        var never = api.Operations.Where(x => !succeeded.ContainsKey(x.Name)).Select(x => x.Name).Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sent} requests to {api.Operations.Count} operations in {took.TotalSeconds:0} s (seed {seed}); "
            + $"{api.Operations.Count - never.Count} operations succeeded at least once"));
        Console.WriteLine($"  answers: {string.Join(", ", byStatus.OrderBy(x => x.Key).Select(x => $"{x.Key} {x.Value}x"))}");
        foreach (var name in never)
        {
            var why = refused.Where(x => x.Key.Operation == name).OrderByDescending(x => x.Value).Take(4)
                .Select(x => $"{x.Key.Why} {x.Value}x");
            Console.WriteLine($"  never succeeded: {name} ({string.Join(", ", why)})");
        }

        foreach (var (name, times) in asked.Where(x => x.Value >= EnoughToBeRouted && !routed.ContainsKey(x.Key)))
            faults[$"{name} is never reached: each answer was 404 route.not_found or 405"] = (times, "");
        if (sent > api.Operations.Count * EnoughToBeRouted && never.Count * 2 > api.Operations.Count)
            faults["more than half of the operations never succeeded: most of the checked answers are refusals"] = (never.Count, "");
        foreach (var (fault, (times, first)) in faults.OrderByDescending(x => x.Value.Times))
            Console.WriteLine($"\nFAULT {fault} ({times}x), first:\n{first}");
        Console.WriteLine(faults.IsEmpty ? "no fault" : $"{faults.Count} faults");
        return faults.IsEmpty && sent > 0;
    }

    private async Task ClientAsync(Random random, int most, CancellationToken over)
    {
        using var client = new RawClient(url);
        using var callers = new Callers(url, accounts);
        var known = new Known();
        foreach (var role in Roles) await OwnAsync(() => callers.RenewAsync(role));
        var requests = new Requests(api, random, known, callers, url);
        var made = 0;
        while (!over.IsCancellationRequested && Interlocked.Increment(ref sent) <= most)
        {
            // Requests that act on an order need orders that exist.
            if (made++ % RequestsPerOrder == 0)
                await OwnAsync(async () => (await callers.OrderAsync(random)).ToList().ForEach(known.LearnAddress));
            var request = requests.Next();
            try
            {
                var answer = await client.SendAsync(request.Bytes);
                byStatus.AddOrUpdate(answer.Status, 1, (_, x) => x + 1);
                asked.AddOrUpdate(request.Operation.Name, 1, (_, x) => x + 1);
                if (!Judge.IsUnrouted(answer)) routed.TryAdd(request.Operation.Name, true);
                if (answer.Status is >= 200 and < 400) succeeded.AddOrUpdate(request.Operation.Name, 1, (_, x) => x + 1);
                if (answer.Headers.TryGetValue("etag", out var tag)) known.Learn("etag", tag);
                if (answer.Headers.TryGetValue("location", out var location)) known.LearnAddress(location);
                var (fault, body) = Judge.Of(request, answer);
                using (body)
                {
                    if (body is not null && answer.Status >= 400)
                        refused.AddOrUpdate((request.Operation.Name, WhyOf(body.RootElement)), 1, (_, x) => x + 1);
                    if (fault is not null)
                        Note(request, fault, Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(answer.Body.Length, 800))));
                    else if (body is not null && answer.Status < 300) known.Learn(request.Operation.Path, body.RootElement);
                }

                // The request may have ended its caller's session.
                if (answer.Status == 401 && Roles.Contains(request.Caller)) await OwnAsync(() => callers.RenewAsync(request.Caller));
            }
            catch (Exception e) when (e is IOException or TimeoutException or FormatException or ArgumentException)
            {
                Note(request, e.Message, "");
            }
        }
    }

    // The fuzz's own requests are valid: a refusal or a 5xx is a fault.
    private async Task OwnAsync(Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
        {
            faults.AddOrUpdate($"one of the fuzz's own requests: {e.Message}", (1, ""), (_, x) => (x.Times + 1, x.First));
        }
    }

    // The code of a refusal and the fields that it names.
    private static string WhyOf(JsonElement problem)
    {
        var code = problem.TryGetProperty("code", out var sent) ? sent.GetString() : "no code";
        return problem.TryGetProperty("errors", out var errors)
            ? $"{code} {string.Join(' ', errors.EnumerateObject().Select(x => x.Name))}"
            : $"{code}";
    }

    private void Note(Request request, string fault, string answer) => faults.AddOrUpdate(
        $"{request.Operation.Route} {(fault.Length > LongestFault ? fault[..LongestFault] : fault)}", (1, $"{request.Shown}\n-> {answer}"),
        (_, x) => (x.Times + 1, x.First));
}
