using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Aarya.Infrastructure.Grpc;

/// <summary>Finds U+0000, which PostgreSQL cannot store in a text, in the texts of a request.</summary>
internal static class NulInMessage
{
    /// <summary>The name of the first field that has one, as the proto spells it; null when none has.</summary>
    public static string? FieldOf(IMessage message)
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.FieldType is not (FieldType.String or FieldType.Message)) continue;
            if (In(field.Accessor.GetValue(message)) is { } inner) return inner.Length == 0 ? field.Name : $"{field.Name}.{inner}";
        }

        return null;
    }

    // Empty: the value itself is a text with NUL.
    private static string? In(object? value) => value switch
    {
        string text => text.Contains('\0', StringComparison.Ordinal) ? "" : null,
        IMessage message => FieldOf(message),
        IDictionary map => map.Keys.Cast<object>().Concat(map.Values.Cast<object>()).Select(In).FirstOrDefault(x => x is not null),
        IEnumerable list => list.Cast<object>().Select(In).FirstOrDefault(x => x is not null),
        _ => null,
    };
}
