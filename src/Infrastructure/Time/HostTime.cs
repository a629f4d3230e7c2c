using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using Wolverine;

namespace Aarya.Infrastructure.Time;

/// <summary>The host's time for handlers and endpoints.</summary>
internal static class HostTime
{
    /// <summary>
    /// Gives every <c>DateTimeOffset now</c> the time of the host's <see cref="TimeProvider"/>. Wolverine's own source, which this
    /// replaces, reads the system's clock.
    /// </summary>
    public static void UseHostTime(this WolverineOptions wolverine)
    {
        var sources = wolverine.CodeGeneration.Sources;
        foreach (var source in sources.OfType<NowTimeVariableSource>().ToList()) sources.Remove(source);
        sources.Add(new NowSource());
    }

    private sealed class NowSource : IVariableSource
    {
        public bool Matches(Type type) => type == typeof(DateTimeOffset);

        public Variable Create(Type type) => new ReadTime().Now;
    }

    private sealed class ReadTime : SyncFrame
    {
        private Variable time = null!;

        public ReadTime() => Now = new(typeof(DateTimeOffset), "now", this);

        public Variable Now { get; }

        public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
        {
            yield return time = chain.FindVariable(typeof(TimeProvider));
        }

        public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
        {
            writer.Write($"var {Now.Usage} = {time.Usage}.{nameof(TimeProvider.GetUtcNow)}();");
            Next?.GenerateCode(method, writer);
        }
    }
}
