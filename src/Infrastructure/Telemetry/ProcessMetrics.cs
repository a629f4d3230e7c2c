using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>The thread pool of this process: .NET publishes its present size as a sum, which Prometheus would take for a counter.</summary>
internal sealed class ProcessMetrics
{
    public ProcessMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ShopMeter.Name);
        meter.CreateObservableGauge("aarya_thread_pool_threads", () => ThreadPool.ThreadCount, unit: null, "Threads of the thread pool.");
        meter.CreateObservableGauge("aarya_thread_pool_queue", () => ThreadPool.PendingWorkItemCount, unit: null,
            "Work that waits for a thread of the pool.");
    }

    /// <summary>True for an instrument of .NET that is not shown, because this class shows the same.</summary>
    public static bool Replaces(string instrument) => instrument is "dotnet.thread_pool.thread.count" or "dotnet.thread_pool.queue.length";
}
