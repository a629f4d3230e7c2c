using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Infrastructure.OpenApi;

namespace Aarya.Features;

/// <summary>
/// An exact amount in minor units (paise, cents) of one ISO 4217 currency. In JSON: <c>{"amount": 129900, "currency": "INR"}</c>.
/// </summary>
[JsonConverter(typeof(MoneyJson)), WrittenAs(typeof(MoneyShape))]
public readonly record struct Money(long Minor, string Currency)
{
    /// <summary>The shop's currency.</summary>
    public const string Inr = "INR";

    public static Money Zero(string currency = Inr) => new(0, currency);

    public static Money Rupees(long rupees) => new(checked(rupees * 100), Inr);

    public static Money operator +(Money left, Money right) => left with { Minor = checked(left.Minor + Same(left, right).Minor) };

    public static Money operator -(Money left, Money right) => left with { Minor = checked(left.Minor - Same(left, right).Minor) };

    public static Money operator *(Money unit, int quantity) => unit with { Minor = checked(unit.Minor * quantity) };

    public static Money Add(Money left, Money right) => left + right;

    public static Money Subtract(Money left, Money right) => left - right;

    public static Money Multiply(Money unit, int quantity) => unit * quantity;

    public static Money Sum(IEnumerable<Money> amounts, string currency = Inr) => amounts.Aggregate(Zero(currency), Add);

    /// <summary>
    /// Divides the amount in proportion to the weights, to the last minor unit, by the method of largest remainders: each part is its exact
    /// share rounded down, and the remaining units go, one each, to the parts that lost most by rounding; of equal parts, to the first. So
    /// the parts sum to the amount, no part differs from its share by a whole unit, and the same weights always give the same parts.
    /// </summary>
    /// <param name="weights">Not negative; amounts of one currency, which need not be this one.</param>
    /// <returns>One part per weight, in the same order.</returns>
    /// <exception cref="ArgumentException">A weight is negative, or the amount is not zero and no weight is above zero.</exception>
    public IReadOnlyList<Money> Spread(IReadOnlyList<Money> weights)
    {
        if (weights.Any(x => x.Minor < 0)) throw new ArgumentException("A weight is negative.", nameof(weights));
        var (currency, sign) = (Currency, Math.Sign(Minor));
        var amount = Int128.Abs(Minor);
        var whole = weights.Aggregate(Int128.Zero, (sum, x) => sum + x.Minor);
        if (whole == 0 && amount != 0) throw new ArgumentException("No weight is above zero.", nameof(weights));
        if (whole == 0) return [.. weights.Select(_ => Zero(currency))];
        Int128[] parts = [.. weights.Select(x => amount * x.Minor / whole)];
        var left = (int)(amount - parts.Aggregate(Int128.Zero, (sum, x) => sum + x));
        var most = Enumerable.Range(0, parts.Length).OrderByDescending(x => amount * weights[x].Minor % whole).Take(left);
        foreach (var i in most) parts[i]++;
        return [.. parts.Select(x => new Money((long)(x * sign), currency))];
    }

    /// <summary>For people: rupees with their sign and Indian grouping (₹1,29,900.00), other currencies with their code.</summary>
    public string ToDisplay()
    {
        var whole = (Minor / 100).ToString(System.Globalization.CultureInfo.InvariantCulture).TrimStart('-');
        for (var i = whole.Length - 3; i > 0; i -= 2) whole = whole.Insert(i, ",");
        var amount = $"{whole}.{Math.Abs(Minor % 100):00}";
        return (Minor < 0 ? "-" : "") + (Currency == Inr ? $"₹{amount}" : $"{Currency} {amount}");
    }

    /// <summary>The wire form of gRPC contracts.</summary>
    public Protos.Money ToProto() => new() { Minor = Minor, Currency = Currency };

    public static Money From(Protos.Money money) => new(money.Minor, money.Currency);

    private static Money Same(Money left, Money right) => left.Currency == right.Currency
        ? right
        : throw new InvalidOperationException($"The amounts have different currencies: {left.Currency} and {right.Currency}.");
}

/// <summary>Money in JSON.</summary>
/// <param name="Amount">In minor units: 129900 is ₹1,299.00.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record MoneyShape(long Amount, string Currency);

internal sealed class MoneyJson : JsonConverter<Money>
{
    public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        long? amount = null;
        string? currency = null;
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("must be an object with amount and currency.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            if (name is "amount" && amount is null && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var minor))
                amount = minor;
            else if (name is "currency" && currency is null && reader.TokenType == JsonTokenType.String) currency = reader.GetString();
            else throw new JsonException($"must have a whole amount in minor units and a currency, each once; '{name}' is not valid.");
        }

        return new(amount ?? throw new JsonException("must have an amount."),
            currency ?? throw new JsonException("must have a currency."));
    }

    public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("amount", value.Minor);
        writer.WriteString("currency", value.Currency);
        writer.WriteEndObject();
    }
}
