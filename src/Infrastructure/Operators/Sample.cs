using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aarya.Infrastructure.Operators;

/// <summary>What a process measured of itself in one slot of time.</summary>
/// <param name="Slot">The number of the slot since 1970, in steps of <see cref="Step"/>.</param>
/// <param name="Elapsed">The seconds since the sample before.</param>
/// <param name="Values">
/// By <see cref="KnownMeasures.KeyOf"/>: the increase of a counter since the sample before, left out when it is 0, and the value of a
/// gauge, left out when it was not known.
/// </param>
internal sealed record Sample(
    [property: JsonPropertyName("s")] long Slot, [property: JsonPropertyName("e")] double Elapsed,
    [property: JsonPropertyName("v")] IReadOnlyDictionary<string, double> Values)
{
    /// <summary>The time between two samples of a process.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    /// <summary>How many samples are kept: those of an hour.</summary>
    public const int Kept = 240;

    private IReadOnlyList<SampledValue>? parts;

    /// <summary>The values with the parts of their keys.</summary>
    [JsonIgnore]
    public IReadOnlyList<SampledValue> Parts => parts ??=
    [
        .. Values.Select(x => (Key: x.Key.Split('|'), x.Value)).Where(x => x.Key.Length == 3)
            .Select(x => new SampledValue(x.Key[0], x.Key[1], x.Key[2], x.Value)),
    ];

    public static long SlotOf(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / (long)Step.TotalMilliseconds;

    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>Null for a text that another release has written in another form.</summary>
    public static Sample? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Sample>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <param name="Measure">The <see cref="Operators.Measure.SampleName"/>.</param>
/// <param name="Label">The value of the measure's label; empty when it has none.</param>
/// <param name="Bound">The upper bound of a histogram's bucket; empty for another measure.</param>
internal sealed record SampledValue(string Measure, string Label, string Bound, double Value);

/// <param name="HasEnded">True when the process has stopped and said so.</param>
internal sealed record ProcessSamples(SampledProcess Process, IReadOnlyList<Sample> Samples, bool HasEnded);

/// <summary>A process of the shop.</summary>
/// <param name="Node">The name of its node.</param>
/// <param name="Roles">The names of its roles, joined.</param>
/// <param name="Port">The port of its address for operators.</param>
internal sealed record SampledProcess(string Node, string Roles, int Port)
{
    /// <summary>Different for each process of the shop.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Node} {Roles} {Port}");

    /// <summary>Null for a text that is no id.</summary>
    public static SampledProcess? Read(string id) =>
        id.Split(' ') is [.. var node, var roles, var port] && int.TryParse(port, CultureInfo.InvariantCulture, out var number)
            ? new(string.Join(' ', node), roles, number)
            : null;
}
