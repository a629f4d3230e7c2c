using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aarya.Fuzz;

/// <summary>Writes JSON by a schema and, on request, spoils some of it.</summary>
internal sealed class Values(ApiDescription api, Random random, Known known)
{
    /// <summary>The password of the customers that the run registers.</summary>
    public const string Password = "a long way to Mumbai";

    private const int Deepest = 6;

    // Values that pass the validators, so that a request reaches the slice: the member's name, then its values. {0} becomes a new text
    // each time.
    private static readonly Dictionary<string, string[]> Plausible = """
        email: fuzz.{0}@example.com
        newEmail: fuzz.{0}@example.com
        password: a long way to Mumbai
        newPassword: another long way to Mumbai
        currentPassword: a long way to Mumbai
        name: Asha Rao | Ravi | Kurta {0}
        fullName: Asha Rao
        line1: 14 Residency Road
        line2: Flat 3
        city: Bengaluru
        state: KA | Karnataka
        postalCode: 560025
        country: IN
        phone: +919845012345
        currency: INR
        shippingMethod: standard | express
        paymentToken: tok_approve | tok_challenge | tok_decline
        token: tok_approve
        slug: fuzz-{0}
        reason: It is too small | changed_mind
        hsn: 6204 | 6109
        wait: 1s | 0s
        limit: 1 | 20 | 100
        q: kurta | silk | cotton dress
        category: kurtas | sarees
        coupon: WELCOME10
        code: WELCOME10 | 123456
        carrier: Delhivery
        trackingNumber: AWB123456
        note: for the door
        role: support | merchandiser | customer
        """.Split('\n').Select(x => x.Split(": ", 2)).ToDictionary(x => x[0], x => x[1].Split(" | "), StringComparer.OrdinalIgnoreCase);

    private int unique;

    /// <summary>
    /// The value as raw JSON; with <paramref name="spoilt"/> about one in seven of its parts does not match the schema.
    /// </summary>
    public string Write(JsonObject schema, string name, bool spoilt)
    {
        var text = new StringBuilder();
        Write(text, schema, name, spoilt ? 0.15 : 0, 0);
        return text.ToString();
    }

    /// <summary>A value for a path, a query or a header, as text.</summary>
    public string Text(JsonObject schema, string name)
    {
        var written = Write(schema, name, spoilt: false);
        return written.StartsWith('"') ? JsonSerializer.Deserialize<string>(written)! : written;
    }

    private void Write(StringBuilder text, JsonObject schema, string name, double odd, int depth)
    {
        if (odd > 0 && depth > 0 && random.NextDouble() < odd)
        {
            var sound = random.Next(3) == 0 ? Write(schema, name, spoilt: false) : "";
            text.Append(sound.StartsWith('"')
                ? JsonSerializer.Serialize(random.Bend(JsonSerializer.Deserialize<string>(sound)!))
                : random.Pick(Odd.Json));
            return;
        }

        schema = api.Resolve(schema);
        foreach (var choice in new[] { "oneOf", "anyOf", "allOf" })
        {
            if (schema[choice] is not JsonArray { Count: > 0 } some) continue;
            Write(text, some[random.Next(some.Count)]!.AsObject(), name, odd, depth);
            return;
        }

        if (schema["enum"] is JsonArray { Count: > 0 } words)
        {
            text.Append(words[random.Next(words.Count)]?.ToJsonString() ?? "null");
            return;
        }

        switch (KindOf(schema))
        {
            case "object":
                Members(text, schema, odd, depth);
                return;
            case "array":
                var count = depth > Deepest ? 0 : random.Next(1, 4);
                text.Append('[');
                for (var i = 0; i < count; i++)
                {
                    if (i > 0) text.Append(',');
                    Write(text, schema["items"]?.AsObject() ?? [], name, odd, depth + 1);
                }

                text.Append(']');
                return;
            case "integer" or "number":
                var least = Math.Max((double?)schema["minimum"] ?? 0, -1000);
                var most = Math.Min((double?)schema["maximum"] ?? 1000, name is "quantity" ? least + 3 : 1_000_000);
                text.Append(CultureInfo.InvariantCulture, $"{(long)(least + (random.NextDouble() * (most - least)))}");
                return;
            case "boolean":
                text.Append(random.Next(2) == 0 ? "true" : "false");
                return;
            case "null":
                text.Append("null");
                return;
            default:
                text.Append(JsonSerializer.Serialize(Word(schema, name)));
                return;
        }
    }

    private void Members(StringBuilder text, JsonObject schema, double odd, int depth)
    {
        var required = (schema["required"]?.AsArray() ?? []).Select(x => (string)x!).ToHashSet();
        var first = true;
        text.Append('{');
        foreach (var (member, of) in schema["properties"]?.AsObject() ?? [])
        {
            if (!required.Contains(member) && (depth > Deepest || random.Next(2) == 0)) continue;
            if (odd > 0 && random.NextDouble() < odd / 3) continue;
            Member(member, of!.AsObject());
            if (odd > 0 && random.NextDouble() < odd / 6) Member(member, of.AsObject());
        }

        if (schema["additionalProperties"] is JsonObject free)
            for (var i = random.Next(3); i > 0; i--) Member($"key{i}", free);
        if (odd > 0 && random.NextDouble() < odd / 3)
        {
            if (!first) text.Append(',');
            text.Append(random.Next(2) == 0 ? "\"\\ud800\":1" : "\"more\":{}");
        }

        text.Append('}');

        void Member(string member, JsonObject of)
        {
            if (!first) text.Append(',');
            first = false;
            text.Append(JsonSerializer.Serialize(member)).Append(':');
            Write(text, of, member, odd, depth + 1);
        }
    }

    private string Word(JsonObject schema, string name)
    {
        if (random.Next(3) > 0 && known.Find(name, random) is { } seen) return seen;
        switch ((string?)schema["format"])
        {
            case "uuid": return known.Find("id", random) ?? Guid().ToString();
            case "date-time": return "2026-01-31T12:00:00Z";
            case "date": return "2026-01-31";
            case "uri": return "https://example.com/a.png";
        }

        if (Plausible.TryGetValue(name, out var some))
            return string.Format(CultureInfo.InvariantCulture, random.Pick(some), $"{random.Next():x}{unique++}");
        var length = Math.Clamp(random.Next(1, 12), (int?)schema["minLength"] ?? 0, (int?)schema["maxLength"] ?? 100);
        return string.Create(length, random, static (span, random) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + random.Next(26));
        });
    }

    public Guid Guid()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    private string? KindOf(JsonObject schema)
    {
        if (schema["type"] is JsonArray several) return (string?)several[random.Next(several.Count)];
        return (string?)schema["type"] ?? (schema.ContainsKey("properties") ? "object" : "string");
    }
}
