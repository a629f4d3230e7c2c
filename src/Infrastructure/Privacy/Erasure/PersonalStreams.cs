using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Infrastructure.Privacy.Erasure;

/// <summary>The streams that an erasure searches: those with an event that has a personal field.</summary>
public sealed class PersonalStreams(ActiveContexts contexts)
{
    public IReadOnlyList<string> Names { get; } =
        [.. WireEvent.Of([.. contexts.Active, .. contexts.Dormant]).Where(x => IsPersonal(x.Record, [])).Select(x => x.Stream).Distinct()];

    private static bool IsPersonal(Type record, HashSet<Type> seen) => seen.Add(record) && record.GetProperties()
        .Any(x => x.IsDefined(typeof(PersonalAttribute), inherit: true) || PartsOf(x.PropertyType)
            .Any(part => part.Assembly == record.Assembly && !part.IsEnum && IsPersonal(part, seen)));

    private static IEnumerable<Type> PartsOf(Type type) => type.GetGenericArguments().SelectMany(PartsOf).Append(type);
}
