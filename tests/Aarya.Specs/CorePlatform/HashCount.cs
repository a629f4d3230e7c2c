using System.Diagnostics.Metrics;
using Aarya.Features.CorePlatform.Users.Passwords;

namespace Aarya.Specs.CorePlatform;

/// <summary>Counts the password hashes since its creation: by this work a stranger could find out which addresses are known.</summary>
public sealed class HashCount : IDisposable
{
    private readonly MeterListener listener = new();
    private long count;

    public HashCount()
    {
        listener.InstrumentPublished = (instrument, x) =>
        {
            if (instrument.Name == PasswordHasher.HashesName)
                x.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measured, _, _) => Interlocked.Add(ref count, measured));
        listener.Start();
    }

    public long Count => Interlocked.Read(ref count);

    public void Dispose() => listener.Dispose();
}
