using Aarya.Features.Content.Notifications;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Ids;
using Aarya.Specs.Support;

namespace Aarya.Specs.Ids;

public sealed class NamedUuidSpec
{
    private static readonly Guid Subject = new("0192f3a4-5b6c-7d8e-9f00-112233445566");

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("नमस्ते")]
    public void an_id_has_the_version_and_the_variant_of_the_rfc_and_follows_from_its_name(string name)
    {
        var id = NamedUuid.Of(name);

        Assert.Equal((8, 0b10), (id.Version, id.Variant >> 2));
        Assert.Equal(id, NamedUuid.Of(name));
        Assert.NotEqual(id, NamedUuid.Of(name + "'"));
    }

    // Python: h = bytearray(hashlib.sha256(name).digest()[:16]); h[6] = h[6] & 15 | 128; h[8] = h[8] & 63 | 128; uuid.UUID(bytes=bytes(h)).
    // Payments: uuid.UUID(bytes_le=hashlib.sha256(subject.bytes_le + b"cancellation").digest()[:16]).
    [Fact]
    public void ids_that_are_stored_stay_as_they_are()
    {
        Assert.Equal(new("efabe5d2-5d89-8d5c-814d-34ad39b27445"), Notification.IdOf("order_packed", Subject));
        Assert.Equal(new("e5caa1bc-df61-bd78-d533-216729864e40"), new OrderPayment { Id = Subject }.RefundIdOfCancellation);
    }

    [Fact]
    public void no_other_code_makes_an_id_from_a_hash()
    {
        var making = Repository.Sources().Where(x => File.ReadAllText(x).Contains("0x0F) | 0x80", StringComparison.Ordinal)
            || File.ReadLines(x).Any(line => line.Contains("HashData", StringComparison.Ordinal)
                && (line.Contains("new Guid(", StringComparison.Ordinal) || line.Contains("new(SHA256", StringComparison.Ordinal))));
        Assert.Equal(["NamedUuid.cs"], making.Select(x => Path.GetFileName(x)));
    }
}
