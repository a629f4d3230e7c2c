using System.Text.Json;
using Aarya.Specs.Support;

namespace Aarya.Specs.Telemetry;

/// <summary>A panel of a dashboard.</summary>
/// <param name="Dashboard">The uid of its dashboard.</param>
/// <param name="Json">As its file has it.</param>
internal sealed record Panel(string Dashboard, JsonElement Json)
{
    public string Title => Json.GetProperty("title").GetString()!;

    /// <summary>Its dashboard and its title, which no other panel has.</summary>
    public string Name => $"{Dashboard}: {Title}";

    public IReadOnlyList<JsonElement> Targets => [.. Json.GetProperty("targets").EnumerateArray()];

    /// <summary>Its queries, with the variables of Grafana.</summary>
    public IEnumerable<string> Queries => Targets.Select(x => x.GetProperty("expr").GetString()!);
}

/// <summary>The dashboards of deploy/grafana, as their files describe them.</summary>
internal static class Dashboards
{
    public static IReadOnlyList<JsonElement> All { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("deploy/grafana/dashboards"), "*.json").Order()
            .Select(x => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(x))),
    ];

    /// <summary>All panels but the headings.</summary>
    public static IEnumerable<Panel> Panels => All.SelectMany(Of);

    public static IEnumerable<Panel> Of(JsonElement dashboard) => Cells(dashboard)
        .Where(x => x.GetProperty("type").GetString() != "row").Select(x => new Panel(dashboard.GetProperty("uid").GetString()!, x));

    /// <summary>Everything that has a place, headings included.</summary>
    public static IEnumerable<JsonElement> Cells(JsonElement dashboard) => dashboard.GetProperty("panels").EnumerateArray();
}
