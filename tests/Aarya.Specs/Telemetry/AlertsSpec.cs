using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Telemetry;

/// <summary>The rules, routes and pages of the alerts, checked with the tools of Prometheus and Alertmanager.</summary>
public sealed partial class AlertsSpec
{
    private static readonly string Rules = Repository.PathOf("deploy/prometheus/rules/alerts.yml");
    private static readonly string Objectives = Repository.PathOf("deploy/prometheus/rules/objectives.yml");
    private static readonly string Routes = Repository.PathOf("deploy/alertmanager/alertmanager.yml");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task prometheus_accepts_the_configuration_and_the_rules()
    {
        await RunAsync("promtool", "check", "config", Repository.PathOf("deploy/prometheus/prometheus.yml"));
        await RunAsync("promtool", "check", "rules", Rules, Objectives);
        await RunAsync("amtool", "check-config", Routes);
    }

    [Theory]
    [InlineData("alerts.yml")]
    [InlineData("upkeep.yml")]
    [InlineData("budgets.yml")]
    [InlineData("budgets-of-days.yml")]
    public Task the_alerts_fire_when_they_should_and_only_then(string series) =>
        RunAsync("promtool", "test", "rules", Repository.PathOf($"deploy/prometheus/tests/{series}"));

    [Fact]
    public async Task every_alert_has_a_severity_a_section_of_the_runbook_and_series_that_fire_and_do_not_fire_it()
    {
        var runbook = await File.ReadAllTextAsync(Repository.PathOf("docs/runbook.md"), Cancel);
        var series = string.Concat(Directory.GetFiles(Repository.PathOf("deploy/prometheus/tests")).Select(File.ReadAllText));
        var alerts = (await File.ReadAllTextAsync(Rules, Cancel)).Split("- alert: ").Skip(1).ToList();
        Assert.NotEmpty(alerts);
        foreach (var alert in alerts)
        {
            var name = alert.Split('\n')[0];
            Assert.Matches("severity: (critical|warning)\n", alert);
            Assert.Contains($"runbook: docs/runbook.md#{name.ToLowerInvariant()}\n", alert, StringComparison.Ordinal);
            // The section begins with a command.
            Assert.Contains($"\n## {name}\n\n    ", runbook, StringComparison.Ordinal);
            Assert.Contains($"alertname: {name}\n        exp_alerts:\n          - exp_labels:", series, StringComparison.Ordinal);
            Assert.Contains($"alertname: {name}\n        exp_alerts: []", series, StringComparison.Ordinal);
        }

        var sections = Section().Matches(runbook).Select(x => x.Groups[1].Value);
        Assert.Equal(alerts.Select(x => x.Split('\n')[0]).Order(), sections.Order());
    }

    [Fact]
    public async Task the_rules_use_only_metrics_that_the_shop_or_an_exporter_shows()
    {
        string[] others =
        [
            "up", "pg_up", "pg_stat_activity_count", "pg_settings_max_connections", "pg_settings_superuser_reserved_connections",
            "redis_up", "redis_memory_used_bytes", "redis_memory_max_bytes", "redis_instance_info",
        ];
        foreach (var rules in new[] { Rules, Objectives })
        {
            var expressions = Expression().Matches(await File.ReadAllTextAsync(rules, Cancel)).Select(x => x.Value);
            foreach (var name in expressions.SelectMany(x => Metric().Matches(x)).Select(x => x.Value).Distinct())
            {
                if (others.Contains(name)) continue;
                var metric = name.EndsWith("_bucket", StringComparison.Ordinal) || name.EndsWith("_count", StringComparison.Ordinal)
                    ? name[..name.LastIndexOf('_')]
                    : name;
                Assert.True(MetricsPage.Metrics.ContainsKey(metric), $"{name} in {Path.GetFileName(rules)}");
            }
        }
    }

    [Theory]
    [InlineData("critical", "page")]
    [InlineData("warning", "ticket")]
    public async Task the_severity_selects_the_receiver(string severity, string receiver)
    {
        var said = await RunAsync("amtool", "config", "routes", "test", $"--config.file={Routes}", $"severity={severity}", "alertname=Any");
        Assert.Equal(receiver, said.Trim());
    }

    [Fact]
    public Task what_follows_from_a_role_that_is_down_is_not_sent_too() => WithAlertmanagerAsync(async url =>
    {
        await AddAsync(url, "alertname=RoleDown", "service=search", "severity=critical");
        await AddAsync(url, "alertname=StreamReaderStalled", "consumer_group=search", "severity=critical");
        await AddAsync(url, "alertname=StreamReaderStalled", "consumer_group=payment", "severity=critical");
        await AddAsync(url, "alertname=ContextCircuitOpen", "context=search", "severity=critical");

        await Eventually.HoldsAsync("two of them are inhibited", async () =>
            (await InhibitedAsync(url)).Count(x => x.Contains("search", StringComparison.Ordinal)) == 2);
        var sent = await RunAsync("amtool", "alert", "query", url, "--active", "--output=extended");
        Assert.Contains("RoleDown", sent, StringComparison.Ordinal);
        Assert.Contains("payment", sent, StringComparison.Ordinal);
    });

    [Fact]
    public Task each_inhibition_holds_its_alert_back() => WithAlertmanagerAsync(async url =>
    {
        var rules = Inhibition().Matches(await File.ReadAllTextAsync(Routes, Cancel))
            .Select(x => (Source: LabelsOf(x.Groups[1].Value), Target: LabelsOf(x.Groups[2].Value))).ToList();
        Assert.NotEmpty(rules);
        for (var i = 0; i < rules.Count; i++)
        {
            var (source, target) = rules[i];
            // A rule for any role is tried with one, and a rule for any alert with one of its own.
            if (source is ["alertname=RoleDown"]) source = ["alertname=RoleDown", "service=core"];
            if (!target.Any(x => x.StartsWith("alertname=", StringComparison.Ordinal))) target = ["alertname=Any", .. target];
            if (target is ["alertname=HighErrorRate"]) target = ["alertname=HighErrorRate", "service=core"];
            await AddAsync(url, source);
            await AddAsync(url, [.. target, $"rule={i}"]);
        }

        IReadOnlyList<string> inhibited = [];
        await Eventually.HoldsAsync("every target is held back", async () => Enumerable.Range(0, rules.Count).Select(x => $"{x}").All(
            (inhibited = await InhibitedAsync(url)).Select(x => RuleOf().Match(x).Groups[1].Value).ToHashSet().Contains),
            instead: () => Task.FromResult(string.Join('\n', inhibited)));
    });

    private static string[] LabelsOf(string matchers) => [.. Matcher().Matches(matchers).Select(x => $"{x.Groups[1]}={x.Groups[2]}")];

    private static Task AddAsync(string url, params string[] labels) => RunAsync("amtool", ["alert", "add", url, .. labels]);

    private static async Task<IReadOnlyList<string>> InhibitedAsync(string url) =>
        (await RunAsync("amtool", "alert", "query", url, "--inhibited", "--output=extended")).Split('\n');

    /// <summary>Runs with an Alertmanager that has the project's routes.</summary>
    private static async Task WithAlertmanagerAsync(Func<string, Task> run)
    {
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        var folder = Directory.CreateTempSubdirectory("aarya-alertmanager-");
        using var alertmanager = Process.Start(new ProcessStartInfo("prometheus-alertmanager",
        [
            $"--config.file={Routes}", $"--web.listen-address=127.0.0.1:{port}", $"--storage.path={folder.FullName}",
            "--cluster.listen-address=", "--log.level=error",
        ]))!;
        try
        {
            var url = $"--alertmanager.url=http://127.0.0.1:{port}";
            await Eventually.HoldsAsync("Alertmanager answers", async () => (await EndAsync("amtool", "alert", url)).ExitCode == 0);
            await run(url);
        }
        finally
        {
            alertmanager.Kill();
            await alertmanager.WaitForExitAsync(Cancel);
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var ended = await EndAsync(tool, arguments);
        Assert.True(ended.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}\n{ended.Output}{ended.Error}");
        return ended.Output;
    }

    private static Task<ChildProgram> EndAsync(string tool, params string[] arguments) =>
        ChildProgram.RunAsync(new ProcessStartInfo(tool, arguments));

    [GeneratedRegex("(?m)^## ([A-Za-z]+)$")]
    private static partial Regex Section();

    [GeneratedRegex(@"source_matchers: \[(.*)\]\n +target_matchers: \[(.*)\]")]
    private static partial Regex Inhibition();

    [GeneratedRegex("(\\w+)=\"(\\w+)\"")]
    private static partial Regex Matcher();

    [GeneratedRegex("rule=\"([0-9]+)\"")]
    private static partial Regex RuleOf();

    // Up to the next line of the rule.
    [GeneratedRegex(@"expr: (.|\n)*?(?=\n +(for|labels):|\n +- record|\z)")]
    private static partial Regex Expression();

    // They begin like this, and no label does.
    [GeneratedRegex(@"(?<![\w:])(aarya|http|redis|postgres|pg|stream|service_health)_\w+|(?<![\w:])up(?=\{)")]
    private static partial Regex Metric();
}
