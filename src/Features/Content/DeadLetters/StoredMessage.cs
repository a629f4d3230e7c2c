using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Wolverine.Runtime.Serialization;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>What the message runtime stored of a message.</summary>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Json">The message without its personal values, which are sealed; empty when it is not JSON.</param>
internal sealed partial record StoredMessage(int Attempts, string Json)
{
    public static StoredMessage Of(byte[] body)
    {
        try
        {
            var envelope = EnvelopeSerializer.Deserialize(body);
            return new(envelope.Attempts, JsonOf(envelope.Data ?? []));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The row of a message that cannot be read must still be listed, so that staff can discard it.
            return new(0, "");
        }
    }

    private static string JsonOf(byte[] data)
    {
        try
        {
            return Sealed().Replace(JsonNode.Parse(data)?.ToJsonString() ?? "", "\"(sealed)\"");
        }
        catch (JsonException)
        {
            return "";
        }
    }

    [GeneratedRegex("\"sealed:[A-Za-z0-9-]{1,32}:[A-Za-z0-9_-]{38,}\"")]
    private static partial Regex Sealed();
}
