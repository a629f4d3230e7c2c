using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Telemetry;

/// <summary>A Prometheus with the project's rules, in which a minute is a second.</summary>
internal sealed partial class LivePrometheus : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-prometheus-").FullName;
    private readonly HttpClient http = new();
    private Process? process;

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <param name="jobs">What it reads every half second.</param>
    public static async Task<LivePrometheus> StartAsync(params (string Job, Uri[] Targets)[] jobs)
    {
        var prometheus = new LivePrometheus();
        foreach (var name in new[] { "alerts.yml", "objectives.yml" })
        {
            var rules = await File.ReadAllTextAsync(Repository.PathOf($"deploy/prometheus/rules/{name}"));
            await File.WriteAllTextAsync($"{prometheus.folder}/{name}", InSeconds(rules));
        }

        var scraped = jobs.Select(x =>
            $"  - job_name: {x.Job}\n    static_configs: [targets: [{string.Join(", ", x.Targets.Select(y => $"\"{y.Authority}\""))}]]\n");
        await File.WriteAllTextAsync($"{prometheus.folder}/prometheus.yml",
            $"global:\n  scrape_interval: 500ms\n  evaluation_interval: 500ms\nrule_files: [alerts.yml, objectives.yml]\nscrape_configs:\n"
            + string.Concat(scraped));
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        prometheus.http.BaseAddress = new($"http://127.0.0.1:{port}");
        prometheus.process = Process.Start(new ProcessStartInfo("prometheus",
        [
            $"--config.file={prometheus.folder}/prometheus.yml", $"--storage.tsdb.path={prometheus.folder}/data",
            $"--web.listen-address=127.0.0.1:{port}", "--log.level=error", "--enable-feature=exemplar-storage",
        ]))!;
        await Eventually.HoldsAsync(
            "Prometheus answers", () => prometheus.IsTrueAsync("vector(1)"), ignoring: x => x is HttpRequestException);
        return prometheus;
    }

    /// <summary>
    /// The alerts that fire, each with the values of its labels but for its severity, sorted by their names. Without those of the
    /// objectives, whose hours and days a spec does not have.
    /// </summary>
    public async Task<IReadOnlyList<string>> FiringAsync()
    {
        var alerts = await http.GetFromJsonAsync<JsonElement>("/api/v1/alerts", TestContext.Current.CancellationToken);
        return
        [
            .. alerts.GetProperty("data").GetProperty("alerts").EnumerateArray()
                .Where(x => x.GetProperty("state").GetString() == "firing")
                .Where(x => !x.GetProperty("labels").GetProperty("alertname").GetString()!.Contains("Burns", StringComparison.Ordinal))
                .Select(x => x.GetProperty("labels").EnumerateObject().ToDictionary(y => y.Name, y => y.Value.GetString()))
                .Select(x => string.Join(' ', x.Where(y => y.Key is not "alertname" and not "severity")
                    .OrderBy(y => y.Key, StringComparer.Ordinal).Select(y => y.Value).Prepend(x["alertname"]))),
        ];
    }

    /// <summary>True when the query has a result.</summary>
    public async Task<bool> IsTrueAsync(string query)
    {
        var answer = await http.GetFromJsonAsync<JsonElement>(
            $"/api/v1/query?query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken);
        return answer.GetProperty("data").GetProperty("result").GetArrayLength() > 0;
    }

    /// <summary>Runs the query now.</summary>
    /// <returns>The numbers of its series, or what Prometheus objects to.</returns>
    public async Task<(IReadOnlyList<double> Numbers, string? Error)> QueryAsync(string query)
    {
        using var response =
            await http.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}", TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        if (answer.GetProperty("status").GetString() != "success") return ([], answer.GetProperty("error").GetString());
        return ([.. answer.GetProperty("data").GetProperty("result").EnumerateArray().Select(x => NumberOf(x.GetProperty("value")))], null);
    }

    /// <summary>The traces that the query's series name as examples of their numbers.</summary>
    public async Task<IReadOnlyList<string>> ExemplarsAsync(string query)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var answer = await http.GetFromJsonAsync<JsonElement>(
            $"/api/v1/query_exemplars?query={Uri.EscapeDataString(query)}&start={now - 3_600}&end={now + 3_600}",
            TestContext.Current.CancellationToken);
        return
        [
            .. answer.GetProperty("data").EnumerateArray().SelectMany(x => x.GetProperty("exemplars").EnumerateArray())
                .Select(x => x.GetProperty("labels").GetProperty("trace_id").GetString()!).Distinct(),
        ];
    }

    /// <summary>The same rules or query, with a second for each minute of its windows.</summary>
    public static string InSeconds(string rules) => Minutes().Replace(rules, x => $"{x.Groups[1]}{Seconds(x)}s");

    // Prometheus writes an infinite one as +Inf.
    private static double NumberOf(JsonElement value) =>
        double.TryParse(value[1].GetString(), CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    // A window needs a few readings: two seconds are the shortest.
    private static string Seconds(Match match)
    {
        var minutes = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * (match.Groups[3].Value == "m" ? 1 : 1.0 / 60);
        return Math.Max(2, Math.Ceiling(minutes)).ToString(CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"(\[|for: )([0-9]+)(m|s)\b")]
    private static partial Regex Minutes();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }
}
