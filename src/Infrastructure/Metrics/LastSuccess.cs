using System.Diagnostics.Metrics;

namespace Aarya.Infrastructure.Metrics;

/// <summary>The gauge of when this process last finished a task (Unix time). It is absent until the process has done it once.</summary>
public sealed class LastSuccess
{
    private readonly TimeProvider time;
    private long at;

    public LastSuccess(IMeterFactory meters, string name, string help, TimeProvider time)
    {
        this.time = time;
        meters.Create(ShopMeter.Name).CreateObservableGauge(name, Read, unit: null, help);
    }

    public void Record() => Volatile.Write(ref at, time.GetUtcNow().ToUnixTimeSeconds());

    private IEnumerable<Measurement<long>> Read() => Volatile.Read(ref at) is > 0 and var last ? [new(last)] : [];
}
