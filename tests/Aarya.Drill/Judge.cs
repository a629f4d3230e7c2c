using System.Globalization;

namespace Aarya.Drill;

/// <summary>One condition that must hold, whichever parts were taken down.</summary>
/// <param name="Broken">The violations; empty when it holds.</param>
/// <param name="Seen">What was checked.</param>
internal sealed record Finding(string Name, IReadOnlyList<string> Broken, string Seen)
{
    public bool Holds => Broken.Count == 0;
}

/// <summary>Compares the answers that shoppers got with the shop's books, the provider's journal and the mail server's box.</summary>
/// <param name="seeded">The stock before the first shopper started.</param>
internal sealed class Judge(
    Witness witness, Books books, IReadOnlyDictionary<string, (int OnHand, int Reserved)> seeded, IReadOnlyList<Fault> faults)
{
    // A mail may be sent twice when its sender crashed before it recorded the hand-over, or when the confirmation was lost.
    private static readonly TimeSpan MomentOfACrash = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, BookedOrder> orders = books.Orders.ToDictionary(x => x.Id);
    private readonly ILookup<Guid, BookedCharge> charges = books.Charges.ToLookup(x => x.Order);
    private readonly ILookup<string, BookedRefund> refunds = books.Refunds.ToLookup(x => x.ChargeId);

    /// <summary>Acknowledged orders that do not exist.</summary>
    public int Lost => witness.Checkouts.Count(x => !orders.ContainsKey(x.OrderId));

    /// <summary>Orders that no checkout answer named: every request was repeated until it was answered.</summary>
    public int Doubled => orders.Keys.Except(witness.Checkouts.Select(x => x.OrderId)).Count();

    /// <summary>Mails that were sent again under the same Message-ID.</summary>
    public int RepeatedMails => books.Mails.Count - books.Mails.DistinctBy(x => x.Id).Count();

    public IEnumerable<Finding> Findings()
    {
        yield return Acknowledged();
        yield return Unasked();
        yield return Stock();
        yield return Shown();
        yield return Charged();
        yield return Paid();
        yield return GivenBack();
        yield return Mailed();
        yield return RepeatedMail();
    }

    /// <summary>The goods of paid orders have left the carts, and nothing else has.</summary>
    public async Task<Finding> CartsAsync(Func<Guid, Task<IReadOnlyDictionary<string, int>>> read)
    {
        var confirmed = books.Orders.Where(x => x.Has("order_confirmed")).ToLookup(x => x.Subject);
        List<string> broken = [];
        var put = witness.Carts;
        foreach (var subject in put.Keys.Union(confirmed.Select(x => x.Key)))
        {
            var cart = await read(subject);
            var expected = put.GetValueOrDefault(subject)?.ToDictionary() ?? [];
            foreach (var (sku, quantity) in confirmed[subject].SelectMany(x => x.Lines))
                expected[sku] = expected.GetValueOrDefault(sku) - quantity;
            foreach (var sku in expected.Keys.Union(cart.Keys).Where(x => expected.GetValueOrDefault(x) != cart.GetValueOrDefault(x)))
                broken.Add($"the cart of {subject} holds {cart.GetValueOrDefault(sku)} of {sku}, not {expected.GetValueOrDefault(sku)}");
        }

        return new("paid goods have left the carts", broken, $"{put.Count} carts");
    }

    private Finding Acknowledged() => new(
        "every acknowledged checkout is there once",
        [.. witness.Checkouts.Where(x => !orders.ContainsKey(x.OrderId)).Select(x => $"order {x.OrderId} is lost"),
            .. books.Orders.GroupBy(x => x.Number).Where(x => x.Count() > 1).Select(x => $"number {x.Key} was given {x.Count()} times")],
        $"{witness.Checkouts.Count} acknowledged");

    private Finding Unasked() => new(
        "every order was acknowledged to a shopper",
        [.. orders.Values.ExceptBy(witness.Checkouts.Select(x => x.OrderId), x => x.Id)
            .Select(x => $"order {x.Number} ({x.Id}) of {x.Subject}")],
        $"{orders.Count} orders");

    private Finding Stock()
    {
        Dictionary<string, (int Sold, int Held)> ordered = [];
        foreach (var order in orders.Values)
        {
            foreach (var (sku, quantity) in order.Lines)
            {
                var (sold, held) = ordered.GetValueOrDefault(sku);
                if (order.HoldsSoldGoods) sold += quantity;
                if (order.Status == "PendingPayment") held += quantity;
                ordered[sku] = (sold, held);
            }
        }

        List<string> broken = [];
        foreach (var (sku, before) in seeded)
        {
            var (sold, held) = ordered.GetValueOrDefault(sku);
            if (!books.Stock.TryGetValue(sku, out var now))
            {
                broken.Add($"{sku} no longer has a stock row");
                continue;
            }

            var (onHand, reserved) = now;
            if (onHand < 0 || reserved < 0 || onHand < reserved) broken.Add($"{sku}: {onHand} on hand, {reserved} reserved");
            if (reserved != held) broken.Add($"{sku}: {reserved} reserved, but orders that await payment hold {held}");
            if (onHand + sold != before.OnHand)
                broken.Add($"{sku}: {onHand - reserved} available + {reserved} reserved + {sold} sold is not {before.OnHand}");
        }

        var seen = $"{ordered.Values.Sum(x => x.Sold)} pieces sold of {ordered.Count} SKUs";
        return new("available + reserved + sold = seeded, none negative", broken, seen);
    }

    private Finding Shown() => new(
        "the search shows what is in stock",
        [.. books.OnSale.Where(x => !books.Shown.ContainsKey(x)).Select(x => $"{x} is on sale and not shown"),
            .. books.Stock.Where(x => books.Shown.TryGetValue(x.Key, out var shown) && shown != x.Value.OnHand - x.Value.Reserved)
                .Select(x => $"{x.Key}: {books.Shown[x.Key]} shown, {x.Value.OnHand - x.Value.Reserved} available")],
        $"{books.Shown.Count} SKUs");

    private Finding Charged()
    {
        List<string> broken = [];
        foreach (var order in orders.Values)
        {
            var captured = charges[order.Id].Where(x => x.Status == "captured").ToList();
            if (captured.Count > 1) broken.Add($"order {order.Number} was charged {captured.Count} times");
            if (captured.Sum(x => x.Amount) != order.Paid)
                broken.Add($"order {order.Number}: {captured.Sum(x => x.Amount)} charged, {order.Paid} booked");
            if (order.Status == "Cancelled" && charges[order.Id].Any(x => x.Status == "authorized"))
                broken.Add($"order {order.Number} is cancelled, and the shopper's money is still held");
            if (order.Has("order_confirmed") && order.Paid != order.Total)
                broken.Add($"order {order.Number} is confirmed for {order.Paid} of {order.Total}");
        }

        foreach (var charge in books.Charges.Where(x => x.Status == "captured" && !orders.ContainsKey(x.Order)))
            broken.Add($"charge {charge.Id} is for no order");
        return new("one successful charge per paid order", broken, $"{books.Charges.Count(x => x.Status == "captured")} charges");
    }

    // Every fault is shorter than the time to pay, so that none of these orders may expire.
    private Finding Paid() => new(
        "every order with a card that the bank accepts is paid",
        [.. witness.Checkouts.Where(x => x.IsPayable && orders.TryGetValue(x.OrderId, out var order) && order.Paid == 0)
            .Select(x => orders[x.OrderId]).Select(x => $"order {x.Number} is {x.Status} and was never paid")],
        $"{witness.Checkouts.Count(x => x.IsPayable)} orders");

    private Finding GivenBack()
    {
        List<string> broken = [];
        foreach (var order in orders.Values)
        {
            // Charged() reports an order with several captured charges.
            var back = charges[order.Id].Where(x => x.Status == "captured").SelectMany(x => refunds[x.Id]).ToList();
            var succeeded = back.Where(x => x.Succeeded).Sum(x => x.Amount);
            if (succeeded != order.GivenBack) broken.Add($"order {order.Number}: {succeeded} refunded, {order.GivenBack} booked");
            // A refund that the provider has declined is requested again under another reference and moves no money.
            if (back.Count < order.Refunds.Count || back.Count(x => x.Succeeded) > order.Refunds.Count)
                broken.Add($"order {order.Number}: {order.Refunds.Count} refunds were asked for, {back.Count} made");
            if (order.Refunds.Contains("Pending")) broken.Add($"order {order.Number}: a refund is still pending");
            if (order.Status is "Cancelled" && order.Paid > 0 && back.Count == 0)
                broken.Add($"order {order.Number} is cancelled and paid, but nothing was refunded");
        }

        return new("every requested refund is made once", broken, $"{books.Refunds.Count} refunds");
    }

    private Finding Mailed()
    {
        List<string> broken = [];
        var sent = books.Mails.DistinctBy(x => x.Id).ToLookup(x => x.Subject);
        foreach (var order in orders.Values)
        {
            Expect($"Your order {order.Number} is confirmed", order.Count("order_confirmed"));
            Expect($"Your order {order.Number} is cancelled", order.Count("order_cancelled"));
            Expect($"Your refund for order {order.Number}", order.Count("order_refunded"));
            // When the order was cancelled with the decline, the mail about the cancellation mentions it instead.
            var ends = order.Facts.Where(x => x.Type == "order_cancelled").Select(x => x.At).ToHashSet();
            var declines = order.Facts.Count(x => x.Type == "payment_declined" && !ends.Contains(x.At));
            Expect($"The payment of your order {order.Number} was declined", declines);
        }

        return new("one mail per order and kind", broken, $"{books.Mails.Count} mails");

        void Expect(string subject, int count)
        {
            if (sent[subject].Count() != count) broken.Add($"'{subject}' was mailed {sent[subject].Count()} times, not {count}");
        }
    }

    private Finding RepeatedMail()
    {
        List<string> broken = [];
        foreach (var mail in books.Mails.GroupBy(x => x.Id).Where(x => x.Count() > 1))
        {
            // Every copy but the last must have been handed over around the time of a crash.
            foreach (var copy in mail.OrderBy(x => x.At).SkipLast(1).Where(x => !faults.Any(fault => IsMomentOf(fault, x.At))))
            {
                var at = copy.At.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
                broken.Add($"'{copy.Subject}' ({copy.Id}), handed over at {at}, was sent again, though nothing was down then");
            }
        }

        return new("mails repeat only where something crashed", broken, $"{RepeatedMails} repeated under their Message-ID");
    }

    private static bool IsMomentOf(Fault fault, DateTimeOffset at) =>
        fault.Part.SendsMail && at >= fault.Down - MomentOfACrash && at <= fault.Up + MomentOfACrash;
}
