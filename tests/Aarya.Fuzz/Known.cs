using System.Text.Json;

namespace Aarya.Fuzz;

/// <summary>What earlier answers have shown, by the name of the member: a request gets further with an id that exists.</summary>
internal sealed class Known
{
    private const int Kept = 40;
    private const int MostOfAnswer = 400;
    private readonly Dictionary<string, List<string>> values = new(StringComparer.OrdinalIgnoreCase);
    private int left;

    public void Learn(JsonElement answer)
    {
        left = MostOfAnswer;
        Walk("", answer);
    }

    public void Learn(string name, string value)
    {
        if (!values.TryGetValue(name, out var list)) values[name] = list = [];
        if (list.Count >= Kept) list.RemoveAt(0);
        list.Add(value);
    }

    /// <summary>A value of that name, of <c>id</c> for every name that ends in it, and of <c>nextCursor</c> for a cursor; null when none was seen.</summary>
    public string? Find(string name, Random random)
    {
        var list = values.GetValueOrDefault(name);
        if (name.Equals("cursor", StringComparison.OrdinalIgnoreCase)) list = values.GetValueOrDefault("nextCursor");
        if (name.EndsWith("Id", StringComparison.Ordinal) && (list is null || random.Next(4) == 0)) list = values.GetValueOrDefault("id");
        return list is { Count: > 0 } ? list[random.Next(list.Count)] : null;
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
