namespace Aarya.Infrastructure.Security;

/// <summary>
/// Says something about a person that must lie nowhere in clear: whatever is stored or sent with it (documents, events, messages on their
/// way, entries of streams) carries it sealed. Answers of the API do not. Of a positional record, write <c>[property: Personal]</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PersonalAttribute : Attribute;

/// <summary>
/// By this property a document is found although what is looked for is sealed: the store writes a keyed hash of <paramref name="of"/>
/// into it (see <see cref="Sealer.IndexOf"/>) whatever it holds. Queries compare it with <c>session.BlindIndexesOf(value)</c>.
/// </summary>
/// <param name="of">The name of the personal property, or of one that makes a list of texts of it: then this one is the list of their
/// hashes.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlindIndexAttribute(string of) : Attribute
{
    public string Of { get; } = of;
}
