using Aarya.Features.Commerce.Orders;

namespace Aarya.Specs.Commerce.Orders;

public sealed class OrderNumberSpec
{
    [Fact]
    public void a_hundred_thousand_orders_have_as_many_numbers_and_each_leads_back()
    {
        HashSet<string> numbers = [];
        for (var sequence = 0L; sequence < 100_000; sequence++)
        {
            var number = OrderNumber.Of(sequence);
            Assert.Matches("^AA-[0-9A-HJKMNP-TV-Z]{7}$", number);
            Assert.True(numbers.Add(number));
            Assert.True(OrderNumber.TryParse(number, out var back));
            Assert.Equal(sequence, back);
        }
    }

    [Fact]
    public void the_last_sequence_has_a_number_and_the_next_has_none()
    {
        Assert.True(OrderNumber.TryParse(OrderNumber.Of(OrderNumber.Last), out var last));
        Assert.Equal(OrderNumber.Last, last);
        Assert.Throws<ArgumentOutOfRangeException>(() => OrderNumber.Of(OrderNumber.Last + 1));
    }

    [Fact]
    public void neighbours_differ_in_most_characters()
    {
        var alike = Enumerable.Range(0, 1_000)
            .Average(i => OrderNumber.Of(i).Zip(OrderNumber.Of(i + 1)).Skip(3).Count(x => x.First == x.Second));

        Assert.InRange(alike, 0, 1.5);
    }

    [Fact]
    public void one_wrong_character_is_noticed_wherever_it_is()
    {
        var number = OrderNumber.Of(4_711);
        for (var i = 3; i < number.Length; i++)
        {
            foreach (var wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".Where(x => x != number[i]))
                Assert.False(OrderNumber.TryParse(string.Concat(number.AsSpan(0, i), $"{wrong}", number.AsSpan(i + 1)), out _));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AA-")]
    [InlineData("AA-!!!!!!!")]
    [InlineData("BB-0000000")]
    [InlineData("AA-00000000")]
    public void what_is_no_number_is_not_read(string? text) => Assert.False(OrderNumber.TryParse(text, out _));

    [Fact]
    public void a_number_is_read_however_it_was_typed()
    {
        for (var sequence = 0L; sequence < 2_000; sequence++)
        {
            var number = OrderNumber.Of(sequence);
            foreach (var typed in new[]
            {
                number.ToLowerInvariant(), $"  {number} ", number.Replace("-", "", StringComparison.Ordinal), number.Replace('-', ' '),
                number.Replace('-', '\u2013'),
                number[3..], $"{number[..6]} {number[6..]}", number.Replace('0', 'O'), number.Replace('0', 'o').ToLowerInvariant(),
                number.Replace('1', 'I'), number.Replace('1', 'l'),
                string.Concat(number.Select(x => (char)(x + 0xFEE0))),
            })
            {
                Assert.True(OrderNumber.TryParse(typed, out var back), typed);
                Assert.Equal(sequence, back);
            }
        }
    }

    [Theory]
    [InlineData("AA-AA-0000000")]
    [InlineData("AA-000000U")]
    [InlineData("A-0000000")]
    [InlineData("000000")]
    [InlineData("АА-0000000")]
    public void what_is_nearly_a_number_is_not_one(string text) => Assert.False(OrderNumber.TryParse(text, out _));

    [Fact]
    public void small_letters_do() => Assert.True(OrderNumber.TryParse(OrderNumber.Of(7).ToLowerInvariant(), out _));
}
