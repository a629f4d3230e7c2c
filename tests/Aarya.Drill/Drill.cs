using System.Diagnostics;

namespace Aarya.Drill;

/// <summary>Opens a shop, starts shoppers, takes its parts down one after another, and compares the books at the end.</summary>
internal sealed class Drill(Shop shop, DrillOptions options)
{
    private const int MostLines = 10;
    private static readonly TimeSpan RecoversWithin = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan DrainsWithin = TimeSpan.FromMinutes(8);

    private readonly Witness witness = new();
    private readonly List<Fault> faults = [];

    /// <returns>False when something that must hold does not.</returns>
    public async Task<bool> RunAsync()
    {
        var whole = Stopwatch.StartNew();
        await shop.OpenAsync();
        using var http = Client.NewHttp(shop.Url);
        var client = new Client(http, witness, "10.0.0.1");
        using var admin = new Staff(client, "admin@aarya.example");
        using var support = new Staff(client, "support@aarya.example");
        var shelf = await Shelf.StockAsync(client, await admin.TokenAsync());
        await DrainAsync();
        // In a shop that has run for a while the seeded data is in its files already, so that a crash does not replay it.
        await shop.TableAsync("checkpoint");
        var seeded = await Books.StockAsync(shop);
        var street = new Street(http, witness, shelf, support, shop.SigningKey);
        var mode = shop.Split ? "a process per role" : "one process";
        Say($"The shop is open as {mode} at {shop.Url} after {whole.Elapsed.TotalSeconds:0} s; {options.Shoppers} shoppers start.");

        using var closing = new CancellationTokenSource();
        List<Task> shopping = [];
        for (var i = 0; i < options.Shoppers; i++) shopping.Add(Task.Run(() => new Shopper(street).ShopAsync(closing.Token)));
        var load = Stopwatch.StartNew();
        await WarmUpAsync();
        foreach (var (part, kind) in options.Faults(shop.Parts, shop.Split)) Print(await TryAsync(part, kind));
        await closing.CancelAsync();
        await Task.WhenAll(shopping);
        load.Stop();

        var drained = await DrainAsync();
        if (!options.Short) await SettleAsync();
        var books = await BooksAsync(drained is not null);
        var judge = new Judge(witness, books, seeded, faults);
        List<Finding> findings = [.. judge.Findings(), await judge.CartsAsync(shop.CartAsync), await QueuesAsync(drained), Unexpected()];
        Summarise();
        Say("");
        foreach (var finding in findings) Print(finding);
        Say("");
        var drain = drained is { } time ? $"drained {time.TotalSeconds:0.0} s after the last shopper left" : "not drained";
        Say($"{witness.Checkouts.Count} checkouts acknowledged under {faults.Count} faults in {load.Elapsed.TotalSeconds:0} s, "
            + $"{judge.Lost} lost, {judge.Doubled} doubled; {drain}; all of it took {whole.Elapsed.TotalSeconds:0} s.");
        return findings.All(x => x.Holds);
    }

    // A process that has just started compiles the code that it runs for the first time: that time is not recovery.
    private async Task WarmUpAsync()
    {
        var watch = Stopwatch.StartNew();
        var wanted = options.Shoppers * 2;
        while (witness.Checkouts.Count < wanted && watch.Elapsed < TimeSpan.FromSeconds(60)) await Task.Delay(100);
        if (witness.Checkouts.Count == 0) throw new InvalidOperationException("No shopper could order anything within a minute.");
    }

    private async Task<Fault> TryAsync(Part part, FaultKind kind)
    {
        var down = DateTimeOffset.UtcNow;
        await part.TakeDownAsync(kind);
        // A request sent before this moment may still have been answered by the part that is down now.
        var gone = DateTimeOffset.UtcNow;
        var (checkout, confirmed) = (witness.Watch(gone, confirmed: false), witness.Watch(gone, confirmed: true));
        await Task.Delay(kind == FaultKind.Pause ? DrillOptions.Pause : DrillOptions.Away);
        var up = DateTimeOffset.UtcNow;
        part.BringBack(kind);
        // The next fault must start with every part running, even when no shopper noticed this one.
        var listening = part.ListeningAsync(RecoversWithin);
        var first = await checkout.SeenAsync(RecoversWithin);
        var whole = await confirmed.SeenAsync(RecoversWithin);
        var listened = await listening;
        await Task.Delay(options.Calm);
        witness.Forget(checkout);
        witness.Forget(confirmed);
        var within = $"within {RecoversWithin.TotalSeconds:0} s after {part.Name} was back ({kind})";
        if (first is null) witness.Surprised($"no checkout was good {within}");
        if (listened is null) witness.Surprised($"{part.Name} did not listen {within}");
        if (whole is null) witness.Surprised($"no order was confirmed {within}");
        var now = DateTimeOffset.UtcNow;
        var fault = new Fault(part, kind, down, up, After(first), After(whole))
        {
            Listened = After(listened),
            // 409 idempotency.in_progress is no refusal: the answer is still being made.
            Refused = [.. witness.RefusedBetween(down, now).Where(x => !x.Why.EndsWith("in_progress", StringComparison.Ordinal))],
            Slowest = witness.SlowestBetween(down, now),
        };
        faults.Add(fault);
        return fault;

        TimeSpan? After(DateTimeOffset? at) => at is null ? null : at > up ? at - up : TimeSpan.Zero;
    }

    /// <summary>
    /// Reads the books while no order changes: an unpaid order that expired meanwhile would be cancelled in one book, and not in another.
    /// </summary>
    private async Task<Books> BooksAsync(bool isDrained)
    {
        while (isDrained)
        {
            await shop.Seller.TakeDownAsync(FaultKind.Pause);
            try
            {
                // What has expired since the drain is recorded everywhere first.
                if (await shop.UnderWayAsync(options.Scheduled) is null) return await Books.ReadAsync(shop);
            }
            finally
            {
                shop.Seller.BringBack(FaultKind.Pause);
            }

            isDrained = await DrainAsync() is not null;
        }

        return await Books.ReadAsync(shop);
    }

    /// <summary>Waits until nothing is under way; null when that takes too long.</summary>
    private async Task<TimeSpan?> DrainAsync()
    {
        var watch = Stopwatch.StartNew();
        // Twice in a row: one look may miss a message that moves from a stream to an inbox meanwhile.
        for (var empty = 0; empty < 2;)
        {
            if (await shop.UnderWayAsync(options.Scheduled) is not { } rest)
            {
                empty++;
                continue;
            }

            empty = 0;
            if (watch.Elapsed > DrainsWithin)
            {
                Say($"  not drained after {DrainsWithin.TotalMinutes:0} min: {rest}");
                return null;
            }

            await Task.Delay(250);
        }

        return watch.Elapsed;
    }

    /// <summary>Waits until every unpaid order is cancelled and has released its goods.</summary>
    private async Task SettleAsync()
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < Shop.Hold + TimeSpan.FromMinutes(1))
        {
            if (await UnpaidAsync() == 0) break;
            await Task.Delay(500);
        }

        await DrainAsync();
    }

    private async Task<long> UnpaidAsync() =>
        (long)(await shop.TableAsync("select count(*) from commerce.mt_doc_order where data ->> 'status' = 'PendingPayment'")).Single()[0];

    private async Task<Finding> QueuesAsync(TimeSpan? drained)
    {
        List<string> broken = [];
        // A scheduled message may have become due since the first drain, so this is a second drain and no look at one moment.
        if (drained is null || await DrainAsync() is null)
        {
            broken.Add($"still under way: {await shop.UnderWayAsync(options.Scheduled)}");
            broken.AddRange(await shop.InboxesAsync());
        }

        var (dead, detail) = await shop.DeadLettersAsync();
        if (dead > 0) broken.Add($"{dead} dead letters; {detail}");
        var unpaid = options.Short ? 0 : await UnpaidAsync();
        if (unpaid > 0) broken.Add($"{unpaid} orders await payment although their time to pay is over");
        return new("outboxes, streams and dead letters are empty", broken, "");
    }

    private Finding Unexpected()
    {
        lock (shop.Complaints)
        {
            var surprises = witness.Surprises.OrderByDescending(x => x.Value).Select(x => $"{x.Value} x {x.Key}");
            return new("each answer has a status that the story expects, and no process ended by itself",
                [.. shop.Complaints, .. surprises], $"{witness.AnsweredRequests} requests");
        }
    }

    private static void Print(Fault fault) => Say(
        $"  {fault.Up:HH:mm:ss} {fault.What,-8} {fault.Part.Name,-9} listens {InWords(fault.Listened),-8} "
        + $"checkout {InWords(fault.Checkout),-8} confirmed {InWords(fault.Confirmed),-8} "
        + $"longest wait {fault.LongestWait.TotalSeconds,4:0.0} s {fault.Slowest?.InWords}  {fault.RefusedInWords}");

    private static string InWords(TimeSpan? after) => after switch
    {
        null => "never",
        { Ticks: 0 } => "went on",
        { } time => $"{time.TotalSeconds:0.0} s",
    };

    // Prints the worst and the median time per part and fault, and the aim.
    private void Summarise()
    {
        Say("");
        Say("| part | fault | times | listens, worst (median) | good checkout, worst (median) | aim | confirmed order, worst (median) "
            + "| refused | longest wait |");
        Say("|---|---|---|---|---|---|---|---|---|");
        foreach (var group in faults.GroupBy(x => (x.Part, x.Kind)))
        {
            var (part, kind) = group.Key;
            var aim = kind == FaultKind.Kill ? part.Aim : null;
            var missed = group.Any(x => x.Checkout is null || x.Checkout > aim);
            var (refused, keyed) = (group.Sum(x => x.Refused.Count), group.Sum(x => x.Refused.Count(y => y.Keyed)));
            var judged = aim is { } set ? $"{set.TotalSeconds:0} s{(missed ? ", missed" : "")}" : "-";
            Say($"| {part.Name} | {group.First().What} | {group.Count()} | {Worst(group.Select(x => x.Listened))} "
                + $"| {Worst(group.Select(x => x.Checkout))} | {judged} "
                + $"| {Worst(group.Select(x => x.Confirmed))} | {refused}, {keyed} with a key "
                + $"| {group.Max(x => x.LongestWait).TotalSeconds:0.0} s |");
        }

        Say("");
        Say($"Stories: {string.Join(", ", witness.Stories.OrderByDescending(x => x.Value).Select(x => $"{x.Value} x {x.Key}"))}");
    }

    private static string Worst(IEnumerable<TimeSpan?> times)
    {
        var sorted = times.OrderBy(x => x ?? TimeSpan.MaxValue).ToList();
        return sorted.Count == 1 ? InWords(sorted[0]) : $"{InWords(sorted[^1])} ({InWords(sorted[sorted.Count / 2])})";
    }

    private static void Print(Finding finding)
    {
        Say($"  {(finding.Holds ? "ok  " : "FAIL")} {finding.Name}{(finding.Seen.Length > 0 ? $" ({finding.Seen})" : "")}");
        foreach (var broken in finding.Broken.Take(MostLines)) Say($"         {broken}");
        if (finding.Broken.Count > MostLines) Say($"         and {finding.Broken.Count - MostLines} more");
    }

    private static void Say(string line) => Console.WriteLine(line);
}
