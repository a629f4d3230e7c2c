using Aarya.Features;
using Aarya.Features.Addresses;
using Aarya.Infrastructure.Grpc;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Wire = Aarya.Protos.Commerce;

namespace Aarya.Specs.Commerce;

/// <summary>The RPCs for carts and orders that other contexts call.</summary>
public sealed class CommerceServiceSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly Guid subject = Guid.CreateVersion7();

    private Wire.Commerce.CommerceClient Commerce => Host.Services.GetRequiredService<Wire.Commerce.CommerceClient>();

    private Wire.CreateOrderRequest OrderRequest => new()
    {
        Subject = $"{subject}",
        Email = "asha@example.com",
        ShippingMethod = "standard",
        PaymentToken = "tok_approve",
        IdempotencyKey = Guid.NewGuid().ToString(),
        ShippingAddress = new()
        {
            Name = "Asha Rao",
            Line1 = "14 Residency Road",
            City = "Bengaluru",
            State = "Karnataka",
            PostalCode = "560025",
            Country = "IN",
            Phone = "+919845012345",
        },
    };

    private async Task<Wire.CartItem> AddAsync(string sku, int quantity, Guid? to = null) =>
        await Commerce.AddToCartAsync(new() { Subject = $"{to ?? subject}", Sku = sku, Quantity = quantity },
            cancellationToken: TestContext.Current.CancellationToken);

    // A merge of a cart with itself changes nothing.
    private async Task<Wire.Cart> CartAsync(Guid owner) =>
        await Commerce.MergeCartAsync(new() { FromSubject = $"{owner}", ToSubject = $"{owner}" });

    private static async Task RefusedAsync<T>(Func<AsyncUnaryCall<T>> call, StatusCode status, string code)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((status, code), (refused.StatusCode, RefusedCall.CodeOf(refused)));
    }

    [Fact]
    public async Task a_cart_is_filled_and_read()
    {
        var sku = await Host.SellsAsync(price: Money.Rupees(525));

        var item = await AddAsync(sku, 2);
        var cart = await CartAsync(subject);

        Assert.Equal((sku, 2, 105_000), (item.Sku, item.Quantity, item.LineTotal.Minor));
        Assert.Equal(item, Assert.Single(cart.Lines));
        Assert.Equal(105_000, cart.Subtotal.Minor);
    }

    [Fact]
    public async Task what_cannot_be_added_is_refused()
    {
        var sku = await Host.SellsAsync();
        await AddAsync(sku, 20);

        await RefusedAsync(() => Commerce.AddToCartAsync(new() { Subject = $"{subject}", Sku = sku, Quantity = 1 }),
            StatusCode.FailedPrecondition, "cart.line_limit");
        await RefusedAsync(() => Commerce.AddToCartAsync(new() { Subject = $"{subject}", Sku = "NOPE", Quantity = 1 }),
            StatusCode.NotFound, "sku.not_found");
        var added = new Wire.AddToCartRequest { Subject = $"{subject}", Sku = "a\0b", Quantity = 1 };
        await RefusedAsync(() => Commerce.AddToCartAsync(added), StatusCode.InvalidArgument, "request.invalid");
        await RefusedAsync(() => Commerce.GetProductAsync(new() { IdOrSlug = "a\0b" }), StatusCode.InvalidArgument, "request.invalid");
        await RefusedAsync(() => Commerce.AddToCartAsync(new() { Subject = $"{subject}", Sku = sku, Quantity = 0 }),
            StatusCode.InvalidArgument, "request.invalid");
        await RefusedAsync(() => Commerce.AddToCartAsync(new() { Subject = "me", Sku = sku, Quantity = 1 }),
            StatusCode.InvalidArgument, "request.invalid");
    }

    [Fact]
    public async Task two_carts_become_one_and_nothing_is_dropped()
    {
        var guest = Guid.CreateVersion7();
        var (both, theirs, mine) = (await Host.SellsAsync(), await Host.SellsAsync(), await Host.SellsAsync());
        await AddAsync(both, 3);
        await AddAsync(mine, 1);
        await AddAsync(both, 7, guest);
        await AddAsync(theirs, 2, guest);

        var request = new Wire.MergeCartRequest { FromSubject = $"{guest}", ToSubject = $"{subject}" };
        var merged = await Commerce.MergeCartAsync(request);
        var again = await Commerce.MergeCartAsync(request);

        Assert.Equal([(both, 7), (mine, 1), (theirs, 2)],
            merged.Lines.Select(x => (x.Sku, x.Quantity)).OrderBy(x => Array.IndexOf([both, mine, theirs], x.Sku)));
        Assert.Equal(merged, again);
        Assert.Empty((await CartAsync(guest)).Lines);
    }

    [Fact]
    public async Task a_cart_is_ordered_once_however_many_ask_with_one_key()
    {
        var sku = await Host.SellsAsync(pieces: 50);
        await AddAsync(sku, 2);
        var request = OrderRequest;

        var orders = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => UntilAnsweredAsync(request)));

        var order = Assert.Single(orders.Distinct());
        Assert.Equal(("pending_payment", "pending", $"{subject}", 100_000),
            (order.Status, order.PaymentStatus, order.Subject, order.Total.Minor));
        Assert.Equal(2, (await Host.StockOfAsync(sku)).Reserved);
        Assert.Equal(order, await Commerce.CreateOrderAsync(request));
    }

    private async Task<Wire.Order> UntilAnsweredAsync(Wire.CreateOrderRequest request)
    {
        Wire.Order? order = null;
        await Eventually.HoldsAsync("the order", async () =>
        {
            order = await Commerce.CreateOrderAsync(request, deadline: DateTime.UtcNow.AddMinutes(1));
            return true;
        }, TimeSpan.FromSeconds(60), x =>
            x is RpcException { StatusCode: StatusCode.Aborted } e && RefusedCall.CodeOf(e) == "idempotency.in_progress");
        return order!;
    }

    [Fact]
    public async Task a_key_belongs_to_its_first_request_by_grpc_and_by_http()
    {
        await AddAsync(await Host.SellsAsync(), 1);
        var request = OrderRequest;
        await Commerce.CreateOrderAsync(request);
        request.Email = "rao@example.com";
        await RefusedAsync(() => Commerce.CreateOrderAsync(request), StatusCode.AlreadyExists, "idempotency.key_reused");

        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var other = OrderRequest;
        other.Subject = $"{shopper.Subject}";
        (await shopper.CheckoutAsync(other.IdempotencyKey)).Is(201);
        await RefusedAsync(() => Commerce.CreateOrderAsync(other), StatusCode.AlreadyExists, "idempotency.key_reused");

        other.IdempotencyKey = Guid.NewGuid().ToString();
        await AddAsync(await Host.SellsAsync(), 1, shopper.Subject);
        await Commerce.CreateOrderAsync(other);
        (await shopper.CheckoutAsync(other.IdempotencyKey)).Is(422, "idempotency.key_reused");
    }

    [Fact]
    public async Task a_refused_order_leaves_its_key_free()
    {
        var request = OrderRequest;
        await RefusedAsync(() => Commerce.CreateOrderAsync(request), StatusCode.FailedPrecondition, "cart.empty");
        await AddAsync(await Host.SellsAsync(), 1);

        Assert.Equal("pending_payment", (await Commerce.CreateOrderAsync(request)).Status);
    }

    [Fact]
    public async Task what_was_withdrawn_counts_nothing_in_the_subtotal()
    {
        await AddAsync(await Host.SellsAsync(price: Money.Rupees(525)), 2);
        await Host.HoldsWithdrawnAsync(subject, Money.Rupees(5_000));

        var cart = await CartAsync(subject);

        Assert.Equal((2, 105_000), (cart.Lines.Count, cart.Subtotal.Minor));
    }

    [Fact]
    public async Task an_order_goes_abroad_by_a_method_that_goes_there_or_not_at_all()
    {
        await AddAsync(await Host.SellsAsync(), 1);
        var request = OrderRequest;
        request.ShippingAddress.MergeFrom(
            new Wire.Address { City = "Kathmandu", State = "Bagmati", PostalCode = "44600", Country = "NP", Phone = "+9779812345678" });
        request.ShippingMethod = "express";
        await RefusedAsync(() => Commerce.CreateOrderAsync(request), StatusCode.FailedPrecondition, "delivery.method_not_available");
        request.ShippingAddress.Country = "AQ";
        await RefusedAsync(() => Commerce.CreateOrderAsync(request), StatusCode.FailedPrecondition, "delivery.not_available");
        (request.ShippingAddress.Country, request.ShippingMethod) = ("NP", "standard");

        Assert.Equal(129_900, (await Commerce.CreateOrderAsync(request)).Total.Minor);
    }

    [Fact]
    public async Task an_order_that_cannot_be_is_refused()
    {
        await RefusedAsync(() => Commerce.CreateOrderAsync(OrderRequest), StatusCode.FailedPrecondition, "cart.empty");
        await AddAsync(await Host.SellsAsync(pieces: 1), 2);
        await RefusedAsync(() => Commerce.CreateOrderAsync(OrderRequest), StatusCode.FailedPrecondition, "stock.insufficient");

        var nowhere = OrderRequest;
        nowhere.ShippingAddress.PostalCode = "1";
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Commerce.CreateOrderAsync(nowhere));
        Assert.Equal((StatusCode.InvalidArgument, "shipping_address.postal_code"),
            (refused.StatusCode, refused.Trailers.GetValue(Refusal.FieldTrailer)));
        foreach (var (field, change) in new (string, Action<Wire.CreateOrderRequest>)[]
        {
            ("email", x => x.Email = "Meera <meera@example.com>"), ("email", x => x.Email = "a b@c"),
            ("email", x => x.Email = "foo@bar..com"),
            ("email", x => x.Email = "meera@example.com\r\nBcc: rao@example.com"),
            ("shipping_address.name", x => x.ShippingAddress.Name = "As\u202Eha"),
            ("shipping_address.line2", x => x.ShippingAddress.Line2 = "a\nb"),
            ("shipping_address.city", x => x.ShippingAddress.City = "\u200D"),
        })
        {
            var request = OrderRequest;
            change(request);
            refused = await Assert.ThrowsAsync<RpcException>(async () => await Commerce.CreateOrderAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (refused.StatusCode, refused.Trailers.GetValue(Refusal.FieldTrailer)));
        }
    }

    [Fact]
    public async Task an_order_by_grpc_is_kept_as_one_by_http_is()
    {
        await AddAsync(await Host.SellsAsync(), 1);
        var request = OrderRequest;
        (request.Email, request.ShippingAddress.Name, request.ShippingAddress.Phone) = (" Asha@B\u00DCcher.example ",
            " Ame\u0301lie 😀 ", " 98450 12345 ");

        var placed = await Commerce.CreateOrderAsync(request);

        using var support = await Shopper.OfRoleAsync(Host, "support");
        var order = (await support.GetAsync($"/api/orders/{placed.Id}")).Is(200).As<Aarya.Features.Commerce.Orders.OrderView>();
        Assert.Equal(("Amélie 😀", "98450 12345"), (order.ShippingAddress.Name, order.ShippingAddress.Phone));
        foreach (var spelling in new[] { "asha@xn--bcher-kva.example", "ASHA@b\u00FCcher.example" })
        {
            var found = (await support.GetAsync($"/api/admin/orders?email={Uri.EscapeDataString(spelling)}")).Is(200);
            Assert.Contains(placed.Id, found.Text, StringComparison.Ordinal);
        }
    }
}
