using System.Reflection;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Content.Notifications;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.Payment.Payments;

namespace Aarya.Specs.Architecture;

/// <summary>Words that contexts exchange as text: no compiler compares them, so these specs do.</summary>
public sealed class WordsBetweenContextsSpec
{
    [Fact]
    public void content_has_a_sentence_for_exactly_the_reasons_for_which_commerce_cancels_an_order()
    {
        var reasons = typeof(CancelReason).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(x => (string)x.GetRawConstantValue()!);

        Assert.Equal(reasons.Order(StringComparer.Ordinal), NotifyOrderCancelledHandler.Sentences.Keys.Order(StringComparer.Ordinal));
    }

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
