using System.Reflection;
using System.Text.RegularExpressions;
using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Content.Letters;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.Payment.Payments;

namespace Aarya.Specs.Architecture;

/// <summary>Words that contexts exchange as text: no compiler compares them, so these specs do.</summary>
public sealed partial class WordsBetweenContextsSpec
{
    [Fact]
    public void content_has_a_sentence_for_exactly_the_reasons_for_which_commerce_cancels_an_order()
    {
        foreach (var language in Languages.All)
        {
            var template = LetterFiles.All.Single(x => x.Path == $"{language}/order_cancelled").Content;
            var sentences = Reason().Matches(template.Split("endcase")[0]).Select(x => x.Groups["reason"].Value);
            Assert.Equal(ReasonsOfCancellation.Order(StringComparer.Ordinal), sentences.Order(StringComparer.Ordinal));
        }
    }

    internal static IEnumerable<string> ReasonsOfCancellation => typeof(CancelReason).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(x => (string)x.GetRawConstantValue()!);

    [GeneratedRegex("when '(?<reason>[a-z_]+)'", RegexOptions.None, 1000)]
    private static partial Regex Reason();

    [Fact]
    public void the_audit_trail_knows_exactly_the_acts_that_other_contexts_record()
    {
        var acts = new[]
        {
            typeof(Features.Commerce.Contracts.StaffActions), typeof(Features.Content.Contracts.StaffActions),
            typeof(Features.Payment.Contracts.StaffActions), typeof(Features.Search.Contracts.StaffActions),
        }.SelectMany(x => x.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(x => (string)x.GetRawConstantValue()!);

        Assert.Equal(acts.Order(StringComparer.Ordinal), AuditActions.OfOtherContexts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void an_order_and_a_payment_describe_the_state_of_a_payment_in_the_same_words() =>
        Assert.Equal(Enum.GetValues<OrderPaymentStatus>().Select(x => x.Text()), Enum.GetValues<PaymentState>().Select(x => x.Text()));
}
