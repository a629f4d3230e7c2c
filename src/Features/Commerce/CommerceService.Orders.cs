using System.Security.Cryptography;
using Aarya.Features.Addresses;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Idempotency;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wire = Aarya.Protos.Commerce;

namespace Aarya.Features.Commerce;

public sealed partial class CommerceService
{
    public override async Task<Wire.CartItem> AddToCart(Wire.AddToCartRequest request, ServerCallContext context)
    {
        var owner = new CartOwner(Refusal.UnlessUuid(request.Subject, "subject"), IsGuest: false);
        if (request.Sku.Length is 0 or > Offer.LongestSku) throw Refusal.Invalid("sku", $"must have 1 to {Offer.LongestSku} characters.");
        if (request.Quantity is < 1 or > ShoppingCart.MaxPerLine)
            throw Refusal.Invalid("quantity", $"must be from 1 to {ShoppingCart.MaxPerLine}.");

        var offer = await offers.FindAsync(request.Sku, context.CancellationToken) ?? throw Refusal.NotFound("sku");
        var change = await carts.AddAsync(owner, request.Sku, request.Quantity, offer);
        if (change.Cart is null) throw Refused(CartAnswers.Refused(change));
        var view = CartView.Of(change.Cart, new Dictionary<string, Offer> { [offer.Sku] = offer }, Destination.India, time.GetUtcNow());
        return ToWire(view.Lines.Single(x => x.Sku == offer.Sku));
    }

    public override async Task<Wire.Cart> MergeCart(Wire.MergeCartRequest request, ServerCallContext context)
    {
        var (from, to) = (Refusal.UnlessUuid(request.FromSubject, "from_subject"), Refusal.UnlessUuid(request.ToSubject, "to_subject"));
        await using var session = store.LightweightSession();
        await CartClaims.HandOverAsync(session, from, to, context.CancellationToken);
        var cart = await carts.MergeAsync(from, to);
        await session.SaveChangesAsync(context.CancellationToken);
        return await ToWireAsync(cart, context.CancellationToken);
    }

    public override async Task<Wire.AbandonedCarts> ListAbandonedCarts(Wire.ListAbandonedCartsRequest request, ServerCallContext context)
    {
        if (request.Subjects.Count > AbandonedCarts.Most) throw Refusal.Invalid("subjects", $"must be at most {AbandonedCarts.Most}.");
        if (request.MinIdleSeconds < 0) throw Refusal.Invalid("min_idle_seconds", "must not be negative.");
        var most = (long)ShoppingCart.KeptFor(guest: false).TotalSeconds;
        if (request.MaxIdleSeconds < request.MinIdleSeconds || request.MaxIdleSeconds > most)
            throw Refusal.Invalid("max_idle_seconds", $"must be from min_idle_seconds to {most}.");
        Guid[] subjects = [.. request.Subjects.Select(x => Refusal.UnlessUuid(x, "subjects")).Distinct()];
        var found = await abandoned.ListAsync(
            subjects, TimeSpan.FromSeconds(request.MinIdleSeconds), TimeSpan.FromSeconds(request.MaxIdleSeconds),
            context.CancellationToken);
        return new() { Carts = { await Task.WhenAll(found.Select(x => ToWireAsync(x, context.CancellationToken))) } };
    }

    public override async Task<Wire.Order> CreateOrder(Wire.CreateOrderRequest request, ServerCallContext context)
    {
        var subject = Refusal.UnlessUuid(request.Subject, "subject");
        if (request.IdempotencyKey.Length is 0 or > KeyedRequest.LongestKey)
            throw Refusal.Invalid("idempotency_key", $"must have 1 to {KeyedRequest.LongestKey} characters.");
        var claim = new KeyClaim($"{subject}", request.IdempotencyKey, SHA256.HashData([.. "CreateOrder\n"u8, .. request.ToByteArray()]));
        if (await FindAnswerAsync(claim, context.CancellationToken) is { } earlier) return OrderOf(OrderCartHandler.Replay(claim, earlier));

        var order = new PlaceOrder(
            AddressOf(request.ShippingAddress ?? new()), request.ShippingMethod, request.PaymentToken,
            request.Email.Length > 0 ? request.Email : null)
        {
            ExpectedTotal = request.ExpectedTotal is { } expected ? Money.From(expected) : null,
        };
        var judged = await Validator.ValidateAsync(order, context.CancellationToken);
        if (judged.Errors is [var fault, ..]) throw Refusal.Invalid(FieldOf(fault.PropertyName), fault.ErrorMessage);
        var email = EmailAddress.Normalize(order.Email) ?? await buyers.FindEmailAsync(subject, context.CancellationToken)
            ?? throw Refusal.Invalid("email", BuyerDirectory.NoAddress);
        var address = order.ShippingAddress!.Spelt();
        var undelivered = ShippingMethod.Check(order.ShippingMethod, address.Country);
        if (undelivered != WolverineContinue.NoProblems) throw Refused(undelivered);

        var checkout = new CheckoutRequest(
            order, new(subject, email), address, await CartReading.OfAsync(carts, subject), Network: null);
        return OrderOf(await bus.InvokeAsync<CartOrdered>(new OrderCart(claim, checkout), context.CancellationToken));
    }

    private async Task<KeyedAnswer?> FindAnswerAsync(KeyClaim claim, CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        return await KeyedAnswers.FindAsync(session, claim, sealer, cancellation);
    }

    private static Wire.Order OrderOf(CartOrdered ordered) =>
        ordered.Answer is { } answer ? Wire.Order.Parser.ParseFrom(answer) : throw Refused(ordered.Refused!);

    private static readonly PlaceOrder.Validator Validator = new();

    private static Refusal Refused(ProblemDetails problem) => ((string)problem.Extensions["code"]!, problem.Detail ?? "") switch
    {
        ("idempotency.key_reused", var detail) => Refusal.AlreadyExists("idempotency.key_reused", detail),
        ("idempotency.in_progress", var detail) => Refusal.InProgress("idempotency.in_progress", detail),
        var (code, detail) => Refusal.Precondition(code, detail),
    };

    // ShippingAddress.PostalCode -> shipping_address.postal_code, as the proto spells it.
    private static string FieldOf(string property) =>
        string.Join('.', property.Split('.').Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName));

    private static ShippingAddress AddressOf(Wire.Address x) =>
        new(x.Name, x.Line1, x.Line2.Length > 0 ? x.Line2 : null, x.City, x.State, x.PostalCode, x.Country, x.Phone);

    private async Task<Wire.Cart> ToWireAsync(ShoppingCart cart, CancellationToken cancellation)
    {
        var known = await offers.FindAsync([.. cart.Lines.Select(x => x.Sku)], cancellation);
        var view = CartView.Of(cart, known, Destination.India, time.GetUtcNow());
        return new() { Subject = $"{cart.Subject}", Lines = { view.Lines.Select(ToWire) }, Subtotal = view.Subtotal.ToProto() };
    }

    private static Wire.CartItem ToWire(CartLineView x) =>
        new() { Sku = x.Sku, Name = x.Name, Quantity = x.Quantity, UnitPrice = x.UnitPrice.ToProto(), LineTotal = x.LineTotal.ToProto() };
}
