using System.Text.Json;

namespace Aarya.Fuzz;

/// <summary>Values of earlier answers, by the name of the member: a request with an id that exists gets further.</summary>
internal sealed class Known
{
    private const int Kept = 40;
    private const int MostOfAnswer = 400;
    private readonly Dictionary<string, List<string>> values = new(StringComparer.OrdinalIgnoreCase);
    private int left;

    /// <param name="path">The path that it came from: the ids of orders are of little use for an address.</param>
    public void Learn(string path, JsonElement answer)
    {
        left = MostOfAnswer;
        Walk("", answer);
        var collection = path.Split('/').LastOrDefault(x => x.Length > 0 && !x.StartsWith('{')) ?? "";
        if (answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("items", out var items)
            && items.ValueKind == JsonValueKind.Array)
            foreach (var one in items.EnumerateArray().Take(20)) LearnIds(collection, one);
        LearnIds(collection, answer);
    }

    /// <summary>A known id of the collection that stands before the parameter in the path; null when none was seen.</summary>
    public string? FindIn(string template, string parameter, Random random)
    {
        var steps = template.Split('/');
        var at = Array.IndexOf(steps, $"{{{parameter}}}");
        var list = at > 0 ? values.GetValueOrDefault($"/{steps[at - 1]}") : null;
        return list is { Count: > 0 } ? random.Pick(list) : null;
    }

    /// <summary>Learns the ids in an address such as <c>/api/orders/1/refunds</c>.</summary>
    public void LearnAddress(string address)
    {
        var steps = address.Split('?')[0].Split('/');
        for (var i = 1; i < steps.Length; i++)
            if (Guid.TryParse(steps[i], out _)) Learn($"/{steps[i - 1]}", steps[i]);
    }

    private void LearnIds(string collection, JsonElement of)
    {
        if (of.ValueKind != JsonValueKind.Object) return;
        foreach (var name in new[] { "id", "name", "sku", "receipt" })
        {
            if (!of.TryGetProperty(name, out var id) || id.ValueKind != JsonValueKind.String) continue;
            if (id.GetString() is { Length: > 0 and < 200 } text) Learn($"/{collection}", text);
            return;
        }
    }

    public void Learn(string name, string value)
    {
        if (!values.TryGetValue(name, out var list)) values[name] = list = [];
        if (list.Count >= Kept) list.RemoveAt(0);
        list.Add(value);
    }

    /// <summary>
    /// A known value of that name, of <c>id</c> for a name that ends in Id, and of <c>nextCursor</c> for a cursor; null when none was seen.
    /// </summary>
    public string? Find(string name, Random random)
    {
        var list = values.GetValueOrDefault(name);
        if (name.Equals("cursor", StringComparison.OrdinalIgnoreCase)) list = values.GetValueOrDefault("nextCursor");
        if (name.EndsWith("Id", StringComparison.Ordinal) && (list is null || random.Next(4) == 0)) list = values.GetValueOrDefault("id");
        return list is { Count: > 0 } ? random.Pick(list) : null;
    }

    private void Walk(string name, JsonElement value)
    {
        if (left-- <= 0) return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) Walk(member.Name, member.Value);
                return;
            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray()) Walk(name, element);
                return;
            case JsonValueKind.String when value.GetString() is { Length: > 0 and < 2000 } text && name.Length > 0:
                Learn(name, text);
                return;
        }
    }
}
