using Aarya.Infrastructure.Operators;

namespace Aarya.Specs.Operators;

/// <summary>How samples of several processes become charts.</summary>
public sealed class LastHourSpec
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(12);
    private static readonly long Slot = Sample.SlotOf(Now);
    private static readonly SampledProcess One = new("node-1", "all", 9464);
    private static readonly SampledProcess Two = new("node 2", "all", 9464);

    private const string Text =
        """
        # HELP http_requests_total Requests.
        # TYPE http_requests_total counter
        http_requests_total{service="gateway",path="/a{b}\"c\\d",status="200"} 7
        http_requests_total{service="gateway",path="/",status="204"} 3 1700000000000
        http_requests_total{service="gateway",path="/",status="500"} 1
        http_requests_total{service="core",path="/",status="200"} 50
        http_requests_total_other 5
        waiting 4
        waiting{state="x"} 6
        level{context="core"} 2
        level{context="search"} 9
        took_seconds_bucket{le="0.1"} 5
        took_seconds_bucket{le="0.2"} 9
        took_seconds_bucket{le="+Inf"} 10
        took_seconds_count 10

        """;

    [Fact]
    public void rates_of_processes_add_up_and_gauges_of_tables_do_not()
    {
        var rate = Measure.Rate("http_requests_total", ("service", "gateway"), ("status", "2*"));
        Assert.Equal([30], Last(rate, (One, 10), (Two, 20)).Values);
        Assert.Equal([9], Last(Measure.Max("level"), (One, 9), (Two, 4)).Values);
        Assert.Equal([13], Last(Measure.Sum("level"), (One, 9), (Two, 4)).Values);
        Assert.Equal([("node 2 all 9464", 4), ("node-1 all 9464", 9)],
            Last(Measure.Sum("level").PerProcess(), (One, 9), (Two, 4)).OrderBy(x => x.Key, StringComparer.Ordinal)
                .Select(x => (x.Key, x.Value)));
    }

    [Fact]
    public void the_metrics_are_read_as_prometheus_writes_them()
    {
        var edge = Measure.Rate("http_requests_total", ("service", "gateway"), ("status", "2*"));
        var waiting = Measure.Sum("waiting");
        var level = Measure.Max("level").By("context");
        var took = Measure.Quantile(0.5, "took_seconds");
        var odd = Measure.Rate("http_requests_total", ("path", "/a{b}\"c\\d"));
        var measures = MeasuresOf(edge, waiting, level, took, odd);

        var (counters, gauges) = measures.Read(Text);

        Assert.Equal(10, counters[KeyOf(edge, "", "")]);
        Assert.Equal(7, counters[KeyOf(odd, "", "")]);
        Assert.Equal(10, gauges[KeyOf(waiting, "", "")]);
        Assert.Equal((2, 9), (gauges[KeyOf(level, "core", "")], gauges[KeyOf(level, "search", "")]));
        Assert.Equal((5, 9, 10), (counters[KeyOf(took, "", "0.1")], counters[KeyOf(took, "", "0.2")],
            counters[KeyOf(took, "", "+Inf")]));
    }

    // As histogram_quantile of Prometheus: linear within a bucket; the bound below the last one for what exceeds it.
    [Theory]
    [InlineData(0.25, 0.05)]
    [InlineData(0.5, 0.1)]
    [InlineData(0.7, 0.15)]
    [InlineData(0.99, 0.2)]
    public void a_quantile_is_that_of_all_processes_together(double fraction, double expected)
    {
        var took = Measure.Quantile(fraction, "took_seconds");
        // Of both: 10 up to 0.1, 8 more up to 0.2, 2 above.
        var hour = HourOf(took, Samples(One, Buckets(6, 9, 10)), Samples(Two, Buckets(4, 9, 10)));
        Assert.Equal(expected, Assert.Single(hour.Charts[0].Lines).Values[^1]!.Value, 6);

        Sample Buckets(double low, double middle, double all) => new(Slot, 15, new Dictionary<string, double>
        {
            [KeyOf(took, "", "0.1")] = low,
            [KeyOf(took, "", "0.2")] = middle,
            [KeyOf(took, "", "+Inf")] = all,
        });
    }

    [Fact]
    public void what_is_not_known_is_a_gap_and_what_did_not_grow_is_zero()
    {
        var (rate, gauge) = (Measure.Rate("requests_total"), Measure.Max("level"));
        List<ProcessSamples> all =
        [
            Samples(One, Of(Slot - 2, rate, 50, elapsed: 10), Of(Slot, gauge, 0), Of(Slot - Sample.Kept, rate, 990, elapsed: 10)),
            // A process without such requests must not hide that the other one measured nothing.
            Samples(Two, Of(Slot - 1, Measure.Sum("other"), 1), Of(Slot, Measure.Sum("other"), 1)),
        ];

        var lines = LastHour.Of(MeasuresOf(rate, gauge), all, areComplete: true, Now).Charts.SelectMany(x => x.Lines).ToList();

        Assert.Equal([5, null, 0], lines[0].Values.TakeLast(3));
        Assert.Equal([null, null, 0], lines[1].Values.TakeLast(3));
        Assert.All(lines, x => Assert.Equal(Sample.Kept, x.Values.Count));
        // Older than an hour.
        Assert.DoesNotContain(99.0, lines[0].Values.OfType<double>());
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(1.9, false)]
    public void a_number_is_bad_from_its_limit_on(double value, bool isBad)
    {
        var level = Measure.Max("level");
        var measures = new KnownMeasures([new([new("Level", Unit.Count, level, 2)], [])]);
        Assert.Equal(isBad, LastHour.Of(measures, [Samples(One, Of(Slot, level, value))], areComplete: true, Now).Figures[0].IsBad);
    }

    // A busy process takes a sample late. The first sample after a start can come early.
    [Fact]
    public void the_growth_of_an_hour_is_exact_however_long_the_samples_took()
    {
        var counter = Measure.Rate("requests_total");
        Figure[] shown = [new("All", Unit.Count, counter) { IsOfLastHour = true }, new("Now", Unit.Count, counter)];
        var measures = new KnownMeasures([new(shown, [])]);
        var all = Samples(
            One, Of(Slot - 4, counter, 10, elapsed: 7.5), Of(Slot - 2, counter, 30, elapsed: 30), Of(Slot, counter, 3, elapsed: 15));

        var figures = LastHour.Of(measures, [all], areComplete: true, Now).Figures;

        Assert.Equal((43, 0.2), (figures[0].Value, figures[1].Value));
        Assert.Null(LastHour.Of(measures, [], areComplete: true, Now).Figures[0].Value);
    }

    [Fact]
    public void a_process_that_has_stopped_is_not_silent()
    {
        var level = Measure.Max("level");
        var old = Slot - 8;
        List<ProcessSamples> all =
        [
            Samples(One, Of(old, level, 1)), Samples(Two, Of(old, level, 1)) with { HasEnded = true },
            Samples(new("node-3", "all", 1), Of(Slot - 1, level, 1)), Samples(new("node-4", "all", 1)),
        ];
        Assert.Equal([SampledState.Ended, SampledState.Silent, SampledState.Sampled, SampledState.Sampled],
            LastHour.Of(MeasuresOf(level), all, areComplete: true, Now).Processes.Select(x => x.State));
    }

    [Fact]
    public void a_sample_is_read_as_it_was_written_and_another_form_is_no_sample()
    {
        var sample = new Sample(Slot, 15.2, new Dictionary<string, double> { ["a|b|c"] = 1.5 });
        var read = Sample.Read(sample.Write())!;
        Assert.Equal((sample.Slot, 15.2, 1.5), (read.Slot, read.Elapsed, read.Values["a|b|c"]));
        Assert.Equal(new("a", "b", "c", 1.5), Assert.Single(read.Parts));
        Assert.Null(Sample.Read("[1]"));
        Assert.Equal(Two, SampledProcess.Read(Two.Id));
        Assert.Null(SampledProcess.Read("x"));
    }

    private static string KeyOf(Measure measure, string label, string bound) => KnownMeasures.KeyOf(measure.SampleName, label, bound);

    private static KnownMeasures MeasuresOf(params Measure[] measures) =>
        new([new([], [.. measures.Select(x => new Chart("Own", x.Metric, Unit.Count, "", [new("", x)]))])]);

    private static ProcessSamples Samples(SampledProcess process, params Sample[] samples) =>
        new(process, [.. samples.OrderBy(x => x.Slot)], HasEnded: false);

    private static Sample Of(long slot, Measure measure, double value, double elapsed = 1) =>
        new(slot, elapsed, new Dictionary<string, double> { [KeyOf(measure, "", "")] = value });

    private static Dictionary<string, double> Last(Measure measure, params (SampledProcess Process, double Value)[] taken) =>
        HourOf(measure, [.. taken.Select(x => Samples(x.Process, Of(Slot, measure, x.Value)))]).Charts[0].Lines
            .ToDictionary(x => x.Name, x => x.Values[^1]!.Value);

    private static LastHour HourOf(Measure measure, params ProcessSamples[] all) =>
        LastHour.Of(MeasuresOf(measure), all, areComplete: true, Now);
}
