using System.Text.Json;
using Aarya.Features;
using Aarya.Infrastructure.Messaging.Streams;

namespace Aarya.Specs.Messaging;

public sealed class StreamJsonSpec
{
    private sealed record Refunded(Guid OrderId, Money Amount, bool Whole, string? Reason = null);

    [Fact]
    public void an_event_is_written_in_camel_case_with_money_as_amount_and_currency() =>
        Assert.Equal(
            """{"orderId":"00000000-0000-0000-0000-000000000000","amount":{"amount":129900,"currency":"INR"},"whole":true,"reason":null}""",
            JsonSerializer.Serialize(new Refunded(Guid.Empty, Money.Rupees(1299), true), StreamJson.Options));

    [Fact]
    public void a_reader_ignores_what_the_publisher_has_added_since() =>
        Assert.Equal(
            new Refunded(Guid.Empty, Money.Rupees(1), false),
            Read("""
                {"orderId":"00000000-0000-0000-0000-000000000000","amount":{"amount":100,"currency":"INR"},"whole":false,
                 "channel":"web","lines":[]}
                """));

    [Theory]
    [InlineData("""{"amount":{"amount":100,"currency":"INR"},"whole":false}""")]
    [InlineData("""{"orderId":null,"amount":{"amount":100,"currency":"INR"},"whole":false}""")]
    [InlineData("""{"orderId":"00000000-0000-0000-0000-000000000000","amount":{"amount":100,"currency":"INR"},"whole":"false"}""")]
    public void an_event_without_something_that_the_reader_needs_is_no_event_of_nothing(string body) =>
        Assert.Throws<JsonException>(() => Read(body));

    private static Refunded? Read(string body) => JsonSerializer.Deserialize<Refunded>(body, StreamJson.Options);
}
