using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aarya.Drill;

/// <summary>An order as the shop's database stores it.</summary>
/// <param name="Facts">The types of its events with their times, oldest first.</param>
internal sealed record BookedOrder(
    Guid Id, string Number, Guid Subject, string Status, long Total, long Paid, long GivenBack, IReadOnlyList<string> Refunds,
    IReadOnlyDictionary<string, int> Lines, IReadOnlyList<(string Type, string At)> Facts)
{
    public bool Has(string fact) => Facts.Any(x => x.Type == fact);

    public int Count(string fact) => Facts.Count(x => x.Type == fact);

    /// <summary>True when its goods count as sold.</summary>
    public bool HoldsSoldGoods => Status is "Confirmed" or "Packed" or "Shipped" or "Delivered";
}

/// <summary>A charge as the payment provider's journal stores it.</summary>
internal sealed record BookedCharge(string Id, Guid Order, long Amount, string Status);

/// <summary>A refund as the payment provider's journal stores it.</summary>
internal sealed record BookedRefund(string ChargeId, long Amount, bool Succeeded);

/// <summary>What the shop, the payment provider and the mail server have stored.</summary>
internal sealed record Books(
    IReadOnlyList<BookedOrder> Orders, IReadOnlyDictionary<string, (int OnHand, int Reserved)> Stock,
    IReadOnlyList<string> OnSale, IReadOnlyDictionary<string, int> Shown, IReadOnlyList<BookedCharge> Charges,
    IReadOnlyList<BookedRefund> Refunds,
    IReadOnlyList<CaughtMail> Mails)
{
    public static async Task<Books> ReadAsync(Shop shop)
    {
        // The provider and the mail server lock their files while they run. Unpaid orders that expire later need them again.
        string[] outside = ["sandbox", "mail"];
        foreach (var part in outside) await shop.EndAsync(part);
        var (charges, refunds) = Journal(shop.JournalFile);
        var mails = MailCatcher.Read(shop.MailFile);
        foreach (var part in outside) shop.StartAgain(part);
        var (stock, onSale, shown) = (await StockAsync(shop), await OnSaleAsync(shop), await ShownAsync(shop));
        return new(await OrdersAsync(shop), stock, onSale, shown, charges, refunds, mails);
    }

    public static async Task<IReadOnlyDictionary<string, (int OnHand, int Reserved)>> StockAsync(Shop shop) =>
        (await shop.TableAsync("select sku, on_hand, reserved from commerce.stock"))
            .ToDictionary(x => (string)x[0], x => ((int)x[1], (int)x[2]));

    private static async Task<IReadOnlyList<string>> OnSaleAsync(Shop shop) =>
        [.. (await shop.TableAsync("select sku from commerce.variant where published"))
            .Select(x => (string)x[0])];

    private static async Task<IReadOnlyDictionary<string, int>> ShownAsync(Shop shop) =>
        (await shop.TableAsync("select sku, available from search.stock")).ToDictionary(x => (string)x[0], x => (int)x[1]);

    private static async Task<IReadOnlyList<BookedOrder>> OrdersAsync(Shop shop)
    {
        var events = await shop.TableAsync(
            "select stream_id, type, coalesce(data ->> 'at', '') from commerce.mt_events order by stream_id, version");
        var facts = events.ToLookup(x => (Guid)x[0], x => ((string)x[1], (string)x[2]));
        var orders = await shop.TableAsync("select id, data::text from commerce.mt_doc_order");
        return [.. orders.Select(x => Order((Guid)x[0], JsonNode.Parse((string)x[1])!, [.. facts[(Guid)x[0]]]))];
    }

    private static BookedOrder Order(Guid id, JsonNode data, IReadOnlyList<(string, string)> facts) => new(
        id, (string)data["number"]!, Guid.Parse((string)data["subject"]!), (string)data["status"]!,
        Minor(data["totals"]!["total"]!), Minor(data["paid"]!), Minor(data["givenBack"]!),
        [.. data["refunds"]!.AsArray().Select(x => (string)x!["state"]!)],
        data["lines"]!.AsArray().GroupBy(x => (string)x!["sku"]!).ToDictionary(x => x.Key, x => x.Sum(y => (int)y!["quantity"]!)), facts);

    private static long Minor(JsonNode money) => (long)money["amount"]!;

    private static (IReadOnlyList<BookedCharge>, IReadOnlyList<BookedRefund>) Journal(string file)
    {
        Dictionary<string, BookedCharge> charges = [];
        List<BookedRefund> refunds = [];
        foreach (var line in File.ReadLines(file))
        {
            using var fact = JsonDocument.Parse(line);
            var root = fact.RootElement;
            switch (root.GetProperty("fact").GetString())
            {
                case "charge_made":
                    var made = root.GetProperty("charge");
                    var order = Guid.Parse(Text(made, "reference"), CultureInfo.InvariantCulture);
                    charges.Add(Text(made, "id"), new(Text(made, "id"), order, Amount(made), Text(made, "status")));
                    break;
                case "charge_moved":
                    var id = Text(root, "chargeId");
                    charges[id] = charges[id] with { Status = Text(root, "status") };
                    break;
                case "refund_made":
                    var refund = root.GetProperty("refund");
                    refunds.Add(new(Text(refund, "chargeId"), Amount(refund), Text(refund, "status") == "succeeded"));
                    break;
            }
        }

        return ([.. charges.Values], refunds);
    }

    private static long Amount(JsonElement element) => element.GetProperty("amount").GetInt64();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
