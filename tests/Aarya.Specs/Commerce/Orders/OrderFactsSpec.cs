using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Orders;

/// <summary>Facts that an earlier version of the program has written.</summary>
public sealed class OrderFactsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Placed =
        """
        {"sequence": 1, "number": "AA-1", "subject": "0198c5ab-7d56-7000-8000-000000000000", "email": "",
         "lines": [{"sku": "TEE-S", "name": "Tee", "size": "S", "colour": "white", "image": "/tee.jpg", "quantity": 1,
                    "unitPrice": {"amount": 129900, "currency": "INR"}, "taxRate": 12}],
         "totals": {"subtotal": {"amount": 129900, "currency": "INR"}, "discount": {"amount": 0, "currency": "INR"},
                    "shipping": {"amount": 0, "currency": "INR"},
                    "tax": {"amount": 13918, "currency": "INR"}, "total": {"amount": 129900, "currency": "INR"}},
         "shippingMethod": "standard",
         "shippingAddress": {"name": "", "line1": "", "city": "Pune", "state": "Maharashtra", "postalCode": "",
                             "country": "IN", "phone": ""},
         "at": "2025-01-01T00:00:00Z", "expiresAt": "2025-01-01T00:15:00Z"}
        """;

    [Fact]
    public void an_order_from_before_taxes_were_kept_by_rate_stays_as_it_was()
    {
        var serializer = Host.Services.GetRequiredService<ICommerceStore>().Options.Serializer();
        using var bytes = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(Placed));

        var order = Order.From(Guid.CreateVersion7(), serializer.FromJson<OrderPlaced>(bytes));
        using var again = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(serializer.ToJson(order)));
        var view = OrderView.Of(serializer.FromJson<Order>(again));

        Assert.Equal(new Money(139_18, "INR"), view.Tax);
        Assert.Null(view.Taxes);
        Assert.Equal((12, null, null), (view.Lines[0].TaxRate, view.Lines[0].HsnCode, view.Lines[0].Tax));
    }
}
