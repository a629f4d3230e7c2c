using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Telemetry;

/// <summary>The files of the dashboards: complete, readable, and about metrics that exist.</summary>
public sealed partial class DashboardsSpec
{
    private const int Columns = 24;

    [Fact]
    public void each_dashboard_has_a_name_of_its_own_and_leads_to_the_others()
    {
        Assert.Equal(["data", "edge", "events", "money", "services", "shop"],
            Dashboards.All.Select(x => Text(x, "uid")["aarya-".Length..]).Order());
        Assert.Equal(Dashboards.All.Count, Dashboards.All.Select(x => Text(x, "title")).Distinct().Count());
        foreach (var dashboard in Dashboards.All)
        {
            Assert.NotEmpty(Text(dashboard, "description"));
            Assert.Contains("aarya", dashboard.GetProperty("tags").EnumerateArray().Select(x => x.GetString()));
            var link = Assert.Single(dashboard.GetProperty("links").EnumerateArray());
            Assert.Equal(("dashboards", "aarya"), (Text(link, "type"), link.GetProperty("tags")[0].GetString()));
            var variable = Assert.Single(dashboard.GetProperty("templating").GetProperty("list").EnumerateArray());
            Assert.Equal(("datasource", "datasource", "prometheus"),
                (Text(variable, "type"), Text(variable, "name"), Text(variable, "query")));
            Assert.Equal(("now-1h", "now"),
                (Text(dashboard.GetProperty("time"), "from"), Text(dashboard.GetProperty("time"), "to")));
            Assert.NotEmpty(Text(dashboard, "refresh"));
        }
    }

    [Fact]
    public void each_panel_says_what_it_shows()
    {
        Assert.Equal(Dashboards.Panels.Count(), Dashboards.Panels.Select(x => x.Name).Distinct().Count());
        foreach (var panel in Dashboards.Panels)
        {
            Assert.False(string.IsNullOrWhiteSpace(panel.Title), panel.Dashboard);
            Assert.True(Text(panel.Json, "description").EndsWith('.'), panel.Name);
            var defaults = panel.Json.GetProperty("fieldConfig").GetProperty("defaults");
            Assert.NotEmpty(Text(defaults, "unit"));
            Assert.True(defaults.GetProperty("min").GetInt32() == 0, panel.Name);
            Assert.NotEmpty(defaults.GetProperty("thresholds").GetProperty("steps").EnumerateArray());
            Assert.NotEmpty(panel.Targets);
            foreach (var source in panel.Targets.Append(panel.Json).Select(x => x.GetProperty("datasource")))
                Assert.Equal(("prometheus", "${datasource}"), (Text(source, "type"), Text(source, "uid")));
            foreach (var target in panel.Targets)
            {
                Assert.False(string.IsNullOrWhiteSpace(Text(target, "expr")), panel.Name);
                Assert.False(string.IsNullOrWhiteSpace(Text(target, "legendFormat")), panel.Name);
            }
        }
    }

    [Fact]
    public void no_panel_covers_another_or_leaves_the_page()
    {
        foreach (var dashboard in Dashboards.All)
        {
            HashSet<(int, int)> taken = [];
            foreach (var cell in Dashboards.Cells(dashboard))
            {
                var grid = cell.GetProperty("gridPos");
                var (x, y) = (grid.GetProperty("x").GetInt32(), grid.GetProperty("y").GetInt32());
                var (width, height) = (grid.GetProperty("w").GetInt32(), grid.GetProperty("h").GetInt32());
                var name = $"{Text(dashboard, "uid")}: {Text(cell, "title")}";
                Assert.True(width > 0 && height > 0 && x >= 0 && y >= 0 && x + width <= Columns, name);
                for (var column = x; column < x + width; column++)
                {
                    for (var line = y; line < y + height; line++) Assert.True(taken.Add((column, line)), $"{name} covers another panel.");
                }
            }

            var ids = Dashboards.Cells(dashboard).Select(x => x.GetProperty("id").GetInt32()).ToList();
            Assert.Equal(ids.Distinct(), ids);
        }
    }

    [Fact]
    public void the_queries_use_only_metrics_that_exist()
    {
        var known = ShopMetrics().Concat(ShopMetrics("histogram").SelectMany(x => new[] { $"{x}_bucket", $"{x}_count", $"{x}_sum" }))
            .Concat(Recorded().Matches(Deployed("prometheus/rules/objectives.yml")).Select(x => x.Groups[1].Value))
            .Concat(["ALERTS", "up"]).ToHashSet();
        // LiveDashboardsSpec reads those of the exporters from the exporters themselves.
        var unknown = from panel in Dashboards.Panels
                      from query in panel.Queries
                      from name in MetricsOf(query)
                      where !known.Contains(name)
                      where !name.StartsWith("pg_", StringComparison.Ordinal) && !name.StartsWith("redis_", StringComparison.Ordinal)
                      select $"{panel.Name}: {name}";
        Assert.Empty(unknown);
    }

    [Theory]
    [InlineData("""sum by (service) (rate(http_requests_total{status=~"5..", path="a (b)"}[5m])) / on (service) max(made_up) > bool 0""",
        "http_requests_total,made_up")]
    [InlineData("""topk(3, objective:a:b_1h) or (vector(0) unless ignoring (job) up{job="aarya"})""", "objective:a:b_1h,up")]
    public void the_metrics_of_a_query_are_found(string query, string metrics) =>
        Assert.Equal(metrics.Split(','), MetricsOf(query));

    [Fact]
    public void each_metric_of_the_shop_is_on_a_dashboard()
    {
        var used = Dashboards.Panels.SelectMany(x => x.Queries).SelectMany(MetricsOf).ToHashSet();
        var missing = ShopMetrics().Where(x => !x.StartsWith("dotnet_", StringComparison.Ordinal))
            .Where(x => !used.Contains(x) && !used.Contains($"{x}_bucket") && !used.Contains($"{x}_count"));
        Assert.Empty(missing);
    }

    [Fact]
    public void each_alert_shows_on_a_dashboard()
    {
        var alerts = Alert().Matches(Deployed("prometheus/rules/alerts.yml")).Select(x => x.Groups[1].Value).ToList();
        Assert.NotEmpty(alerts);
        var shown = Dashboards.Panels.SelectMany(x => x.Queries).SelectMany(x => Alerts().Matches(x))
            .Select(x => new Regex($"^(?:{x.Groups[1].Value})$")).ToList();
        Assert.All(alerts, x => Assert.Contains(shown, y => y.IsMatch(x)));
    }

    [Fact]
    public void the_data_source_knows_how_often_prometheus_reads()
    {
        var source = Deployed("grafana/provisioning/datasources/prometheus.yml");
        var interval = Interval().Match(Deployed("prometheus/prometheus.yml")).Groups[1].Value;
        Assert.Contains($"timeInterval: {interval}\n", source, StringComparison.Ordinal);
        var page = File.ReadAllText(Repository.PathOf("docs/dashboards.md"));
        var provider = Deployed("grafana/provisioning/dashboards/aarya.yml");
        foreach (var variable in Variable().Matches(source + provider).Select(x => x.Groups[1].Value))
            Assert.Contains($"`{variable}`", page, StringComparison.Ordinal);
    }

    // What is left of a query without strings, labels, windows, lists of labels, functions and words.
    private static IEnumerable<string> MetricsOf(string query)
    {
        var plain = Strings().Replace(query, "");
        plain = Labels().Replace(plain, "");
        plain = LabelLists().Replace(plain, "");
        return Names().Matches(plain).Select(x => x.Value).Where(x => x is not ("and" or "or" or "unless" or "bool"));
    }

    private static IEnumerable<string> ShopMetrics(string? kind = null) =>
        MetricsPage.Metrics.Where(x => kind is null || x.Value.Kind == kind).Select(x => x.Key);

    private static string Deployed(string path) => File.ReadAllText(Repository.PathOf($"deploy/{path}"));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Strings();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)")]
    private static partial Regex LabelLists();

    // Not the name of a function, nor a part of a number.
    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*\b(?! *\()")]
    private static partial Regex Names();

    [GeneratedRegex(@"record: (\S+)")]
    private static partial Regex Recorded();

    [GeneratedRegex(@"alert: (\S+)")]
    private static partial Regex Alert();

    [GeneratedRegex("alertname=~\"([^\"]+)\"")]
    private static partial Regex Alerts();

    [GeneratedRegex("scrape_interval: ([0-9]+s)")]
    private static partial Regex Interval();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Variable();
}
