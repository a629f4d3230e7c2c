namespace Aarya.Infrastructure.Privacy;

/// <summary>
/// Marks personal data that must never be stored as plain text: everything that is stored or sent (documents, events, messages, entries of
/// streams) contains it sealed, except answers of the API. In a positional record, write <c>[property: Personal]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PersonalAttribute : Attribute;

/// <summary>
/// Makes a sealed value searchable: the store writes a keyed hash of <paramref name="of"/> (see <see cref="Sealer.IndexOf"/>) into this
/// property, whatever its value. Queries compare it with <c>session.BlindIndexesOf(value)</c>.
/// </summary>
/// <param name="of">The name of the personal property, or of one that derives a list of texts from it: then this property is the list of
/// their hashes.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlindIndexAttribute(string of) : Attribute
{
    public string Of { get; } = of;
}
