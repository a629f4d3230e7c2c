using System.Collections;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Addresses;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Protos.Commerce;
using Aarya.Protos.Payment;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Aarya.Specs.Roles;

using Money = Aarya.Protos.Money;
using Wire = Aarya.Protos;

/// <summary>
/// Every RPC of every context, called in the process and over the context's socket: answers and refusals are the same both ways.
/// </summary>
public sealed class RpcBothWaysSpec(ServedContexts contexts) : IClassFixture<ServedContexts>, IAsyncLifetime
{
    private const string InProcess = "in process";
    private const string OverSocket = "over a socket";
    private static readonly string[] BothWays = [InProcess, OverSocket];
    private static readonly string[] Requests = ["empty", "of nobody's"];

    private static readonly FileDescriptor[] Files =
    [
        Wire.Core.CoreReflection.Descriptor, CommerceReflection.Descriptor, PaymentReflection.Descriptor,
        Wire.Search.SearchReflection.Descriptor,
    ];

    public static TheoryData<string, string> EveryMethod
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var method in Methods)
                foreach (var request in Requests)
                    all.Add(method.FullName, request);
            return all;
        }
    }

    private static IEnumerable<MethodDescriptor> Methods => Files.SelectMany(x => x.Services).SelectMany(x => x.Methods);

    // A Debug build compiles a handler when it is first called, which on a busy machine takes longer than a call's usual deadline.
    public async ValueTask InitializeAsync() => await contexts.OnceAsync(async () =>
    {
        foreach (var method in Methods) await OutcomeAsync(contexts.InProcess(ContextOf(method)), method, Filled(method.InputType));
    });

    [Fact]
    public void every_method_of_every_proto_is_served() =>
        Assert.Empty(Methods.Where(x => ContextOf(x).Rpc!.Service.GetMethod(x.Name)!.DeclaringType != ContextOf(x).Rpc!.Service)
            .Select(x => x.FullName));

    [Theory]
    [MemberData(nameof(EveryMethod))]
    public async Task what_a_method_makes_of_a_request_that_means_nothing_is_the_same_both_ways(string method, string request)
    {
        var asked = Methods.Single(x => x.FullName == method);
        var message = request == "empty" ? (IMessage)Activator.CreateInstance(asked.InputType.ClrType)! : Filled(asked.InputType);

        var (inProcess, overSocket) = await BothOutcomesAsync(asked, message);

        Assert.Equal(inProcess, overSocket);
        Assert.DoesNotContain(inProcess.Status,
            new[]
            {
                StatusCode.Unimplemented,
                StatusCode.Unknown,
                StatusCode.Internal,
                StatusCode.Unavailable,
                StatusCode.DeadlineExceeded,
            });
        Assert.Equal(inProcess.Status is not StatusCode.OK, inProcess.Code is not null);
    }

    [Theory]
    [InlineData(InProcess)]
    [InlineData(OverSocket)]
    public async Task core_knows_its_users_sessions_and_tokens(string way)
    {
        var core = Client<Wire.Core.Core.CoreClient>(way);
        using var rest = contexts.Rest(Features.Roles.Core);
        using var login = await rest.PostAsJsonAsync("/api/auth/login",
            new { email = "shopper@aarya.example", password = "monsoon-rain-in-mumbai" });
        var tokens = await login.Content.ReadFromJsonAsync<JsonElement>();
        Assert.True(login.IsSuccessStatusCode, tokens.ToString());

        var valid = await core.ValidateTokenAsync(new() { Token = tokens.GetProperty("accessToken").GetString() });
        Assert.True(valid.Active);
        Assert.Equal(valid.UserId, (await core.GetSessionAsync(new() { Id = valid.SessionId })).UserId);
        Assert.Equal("shopper@aarya.example", (await core.GetUserAsync(new() { Id = valid.UserId })).Email);
        rest.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("accessToken").GetString());
        using var added = await rest.PostAsJsonAsync("/api/users/me/addresses",
            new
            {
                name = "A. Shopper",
                line1 = "12 Linking Road",
                city = "Mumbai",
                state = "MH",
                postalCode = "400050",
                country = "IN",
                phone = "+919820012345",
            });
        var address = (await added.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        Assert.Equal("Maharashtra", (await core.GetAddressAsync(new() { UserId = valid.UserId, AddressId = address })).State);
        Assert.Contains("P-256", (await core.GetSigningKeysAsync(new())).JwksJson, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InProcess)]
    [InlineData(OverSocket)]
    public async Task commerce_sells_what_it_has_from_the_catalogue_to_the_order(string way)
    {
        var commerce = Client<Wire.Commerce.Commerce.CommerceClient>(way);
        var listed = (await commerce.ListProductsAsync(new() { Limit = 5 })).Items[0];
        var product = await commerce.GetProductAsync(new() { IdOrSlug = listed.Slug });
        var sku = product.Variants[0].Sku;
        var stock =
            await commerce.UpdateInventoryAsync(new()
            {
                Sku = sku,
                Delta = 10,
                Reason = "delivery",
                Reference = Guid.NewGuid().ToString(),
            });
        Assert.True(stock.Available >= 10);

        var (guest, customer) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        Assert.Equal(2, (await commerce.AddToCartAsync(new() { Subject = guest, Sku = sku, Quantity = 2 })).Quantity);
        Assert.Equal(sku, Assert.Single((await commerce.MergeCartAsync(new() { FromSubject = guest, ToSubject = customer })).Lines).Sku);

        var order = new CreateOrderRequest
        {
            Subject = customer,
            Email = "shopper@example.com",
            ShippingAddress = new()
            {
                Name = "A. Shopper",
                Line1 = "12 Linking Road",
                City = "Mumbai",
                State = "Maharashtra",
                PostalCode = "400050",
                Country = "IN",
                Phone = "+919820012345",
            },
            ShippingMethod = "standard",
            PaymentToken = "tok_approve",
            IdempotencyKey = Guid.NewGuid().ToString(),
        };
        var placed = await commerce.CreateOrderAsync(order);
        Assert.Equal(placed.Id, (await commerce.CreateOrderAsync(order)).Id);
    }

    [Theory]
    [InlineData(InProcess)]
    [InlineData(OverSocket)]
    public async Task payment_charges_and_refunds(string way)
    {
        var payment = Client<Wire.Payment.Payment.PaymentClient>(way);
        ProcessPaymentRequest Charge() => new()
        {
            OrderId = Guid.NewGuid().ToString(),
            Amount = new() { Minor = 129_900, Currency = "INR" },
            PaymentToken = "tok_approve",
            Subject = Guid.NewGuid().ToString(),
            Email = "shopper@example.com",
        };

        var taken = Charge();
        Assert.Equal("accept",
            (await payment.CheckFraudAsync(new()
            {
                OrderId = taken.OrderId,
                Amount = taken.Amount,
                Email = taken.Email,
                Subject = taken.Subject,
            })).Decision);
        Assert.Equal("captured", (await payment.ProcessPaymentAsync(taken)).Status);
        Assert.Equal("succeeded",
            (await payment.RefundPaymentAsync(new()
            {
                OrderId = taken.OrderId,
                RefundId = Guid.NewGuid().ToString(),
                Amount = new Money { Minor = 900, Currency = "INR" },
            })).Status);
        Assert.Equal("partially_refunded", (await payment.ProcessPaymentAsync(taken)).Status);
    }

    [Theory]
    [InlineData(InProcess)]
    [InlineData(OverSocket)]
    public async Task search_finds_what_commerce_has_published(string way)
    {
        var search = Client<Wire.Search.Search.SearchClient>(way);
        Wire.Search.ProductResults found = new();
        // Search receives the catalogue by events.
        await Eventually.HoldsAsync("a product in the index",
            async () => (found = await search.SearchProductsAsync(new() { Limit = 5 })).Total > 0, TimeSpan.FromSeconds(30));
        Assert.Equal(Math.Min(5, found.Total), found.Items.Count);
        Assert.NotEmpty((await search.GetRecommendationsAsync(new() { UserId = Guid.NewGuid().ToString(), Limit = 3 })).Items);
    }

    private T Client<T>(string way)
    {
        var context = Modules.All.Single(x => x.Rpc?.Client == typeof(T));
        return (T)(way == InProcess ? contexts.InProcess(context) : contexts.OverSocket(context));
    }

    private static Module ContextOf(MethodDescriptor method) =>
        Modules.All.Single(x => x.Rpc?.Client.Namespace == method.InputType.ClrType.Namespace);

    /// <summary>
    /// What a method answers on either way while its data stands still. The catalogue reaches the index by events, so an answer may
    /// change between two calls: then the call in the process answers differently before and after the call over the socket.
    /// </summary>
    private async Task<(Outcome InProcess, Outcome OverSocket)> BothOutcomesAsync(MethodDescriptor method, IMessage request)
    {
        Outcome overSocket = null!;
        var before = await InProcessAsync();
        await Eventually.HoldsAsync($"{method.FullName} to answer twice the same in the process", async () =>
        {
            overSocket = await OutcomeAsync(contexts.OverSocket(ContextOf(method)), method, request);
            var (earlier, after) = (before, await InProcessAsync());
            before = after;
            return earlier == after;
        });
        return (before, overSocket);

        Task<Outcome> InProcessAsync() => OutcomeAsync(contexts.InProcess(ContextOf(method)), method, request);
    }

    private static async Task<Outcome> OutcomeAsync(object client, MethodDescriptor method, IMessage request)
    {
        dynamic call = client.GetType().GetMethod($"{method.Name}Async", [method.InputType.ClrType, typeof(CallOptions)])!
            .Invoke(client, [request, new CallOptions(deadline: DateTime.UtcNow.AddMinutes(1))])!;
        try
        {
            return new(StatusCode.OK, "", null, null, ((IMessage)await call).ToString()!);
        }
        catch (RpcException refused)
        {
            return new(refused.StatusCode, refused.Status.Detail, RefusedCall.CodeOf(refused),
                refused.Trailers.GetValue(Refusal.FieldTrailer), "");
        }
    }

    /// <summary>A request with a value in every field, none of which exists in the shop.</summary>
    private static IMessage Filled(MessageDescriptor type)
    {
        var message = (IMessage)Activator.CreateInstance(type.ClrType)!;
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            object value = field.FieldType switch
            {
                FieldType.Message when field.MessageType == Money.Descriptor => new Money { Minor = 100, Currency = "INR" },
                FieldType.Message => Filled(field.MessageType),
                FieldType.Int32 => 1,
                FieldType.Int64 => 1L,
                FieldType.Bool => false,
                _ => field.Name is "id" or "subject" or "ip" || field.Name.EndsWith("_id", StringComparison.Ordinal)
                    || field.Name.EndsWith("_subject", StringComparison.Ordinal)
                    ? field.Name == "ip" ? "203.0.113.7" : Guid.NewGuid().ToString()
                    : "nobody's",
            };
            if (field.IsRepeated) ((IList)field.Accessor.GetValue(message)).Add(value);
            else field.Accessor.SetValue(message, value);
        }

        return message;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed record Outcome(StatusCode Status, string Detail, string? Code, string? Field, string Answer);
}
