using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Payment;
using Aarya.Specs.Support;
using Grpc.Core;

namespace Aarya.Specs.Payment;

[Collection("payment")]
public sealed class PaymentServiceSpec(PaymentShop shop)
{
    private static ProcessPaymentRequest Request(string token = "tok_approve") => new()
    {
        OrderId = Guid.CreateVersion7().ToString(),
        Subject = Guid.CreateVersion7().ToString(),
        Email = "kavya@example.com",
        Amount = new() { Minor = 129_900, Currency = "INR" },
        PaymentToken = token,
    };

    [Theory]
    [InlineData("tok_approve", "captured")]
    [InlineData("tok_decline_funds", "declined")]
    [InlineData("tok_challenge", "requires_action")]
    public async Task a_payment_is_processed_once_and_its_outcome_answered(string token, string status)
    {
        var request = Request(token);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Rpc.ProcessPaymentAsync(request).ResponseAsync));

        Assert.All(results, x => Assert.Equal(status, x.Status));
        Assert.Equal(token == "tok_decline_funds" ? "insufficient_funds" : "", results[0].DeclineCode);
        Assert.Equal(token == "tok_challenge", results[0].NextActionUrl.Length > 0);
        Assert.Equal(1, (await shop.Sandbox.TotalsAsync(Guid.Parse(request.OrderId))).Charges);
        Assert.Equal(status, (await shop.FindAsync(Guid.Parse(request.OrderId)))!.State.Text());
    }

    [Theory]
    [InlineData("a b@c")]
    [InlineData("foo@bar..com")]
    [InlineData("Meera <meera@example.com>")]
    [InlineData("meera@example.com\r\nBcc: rao@example.com")]
    public async Task what_is_no_address_is_refused(string email)
    {
        var request = Request();
        request.Email = email;
        var check = new CheckFraudRequest { OrderId = request.OrderId, Subject = request.Subject, Amount = request.Amount, Email = email };

        Assert.Equal("request.invalid", await RefusedAsync(StatusCode.InvalidArgument, shop.Rpc.ProcessPaymentAsync(request)));
        Assert.Equal("request.invalid", await RefusedAsync(StatusCode.InvalidArgument, shop.Rpc.CheckFraudAsync(check)));
        Assert.Null(await shop.FindAsync(Guid.Parse(request.OrderId)));
    }

    [Fact]
    public async Task a_refund_is_applied_once_per_id_and_never_beyond_what_was_taken()
    {
        var request = Request();
        await shop.Rpc.ProcessPaymentAsync(request);
        var refund = new RefundPaymentRequest
        {
            OrderId = request.OrderId,
            RefundId = Guid.CreateVersion7().ToString(),
            Amount = new() { Minor = 29_900, Currency = "INR" },
        };

        Assert.Equal(("succeeded", 29_900),
            await shop.Rpc.RefundPaymentAsync(refund) is var first ? (first.Status, first.Amount.Minor) : default);
        Assert.Equal("succeeded", (await shop.Rpc.RefundPaymentAsync(refund)).Status);
        refund.RefundId = Guid.CreateVersion7().ToString();
        refund.Amount.Minor = 100_001;
        Assert.Equal("refund.exceeds_captured", await RefusedAsync(StatusCode.FailedPrecondition, shop.Rpc.RefundPaymentAsync(refund)));

        Assert.Equal((1, 129_900, 29_900), await shop.Sandbox.TotalsAsync(Guid.Parse(request.OrderId)));
        Assert.Equal(PaymentState.PartiallyRefunded, (await shop.FindAsync(Guid.Parse(request.OrderId)))!.State);
    }

    [Fact]
    public async Task an_order_can_be_assessed_without_being_charged()
    {
        var request = new CheckFraudRequest
        {
            OrderId = Guid.CreateVersion7().ToString(),
            Subject = Guid.CreateVersion7().ToString(),
            Amount = new() { Minor = 60_000_000, Currency = "INR" },
            Ip = "203.0.113.9",
        };

        var assessed = await shop.Rpc.CheckFraudAsync(request);

        Assert.Equal(("review", 60), (assessed.Decision, assessed.Score));
        Assert.Equal(["very_large_amount"], assessed.Reasons);
        Assert.Null(await shop.FindAsync(Guid.Parse(request.OrderId)));
    }

    [Fact]
    public async Task what_cannot_be_is_refused_by_the_name_of_its_field()
    {
        var unknown = Guid.CreateVersion7().ToString();
        Assert.Equal("payment.not_found",
            await RefusedAsync(StatusCode.NotFound, shop.Rpc.RefundPaymentAsync(new() { OrderId = unknown, RefundId = unknown })));

        (string Field, Action<ProcessPaymentRequest> Spoil)[] wrong =
        [
            ("order_id", x => x.OrderId = "one"),
            ("subject", x => x.Subject = ""),
            ("amount", x => x.Amount = null),
            ("amount", x => x.Amount.Minor = 0),
            ("amount", x => x.Amount.Minor = -1),
            ("amount", x => x.Amount.Currency = "rupees"),
            ("payment_token", x => x.PaymentToken = ""),
            ("payment_token", x => x.PaymentToken = "tok\0"),
            ("email", x => x.Email = new string('a', 400)),
        ];
        foreach (var (field, spoil) in wrong)
        {
            var request = Request();
            spoil(request);
            var refused = await Assert.ThrowsAsync<RpcException>(() => shop.Rpc.ProcessPaymentAsync(request).ResponseAsync);
            Assert.Equal((StatusCode.InvalidArgument, field), (refused.StatusCode, refused.Trailers.GetValue(Refusal.FieldTrailer)));
        }
    }

    private static async Task<string?> RefusedAsync<T>(StatusCode status, AsyncUnaryCall<T> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(status, refused.StatusCode);
        return RefusedCall.CodeOf(refused);
    }
}
