using Aarya.Features.Commerce.BackInStock;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Specs.Commerce.BackInStock;

/// <summary>The rules of the use case, without a host.</summary>
public sealed class BackInStockRulesSpec
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    private static readonly WantedItem Kurta = new(
        "KRT-1-M", Guid.CreateVersion7(), "handloom-kurta", "Handloom Kurta", "M", "Indigo", Features.Money.Rupees(1_299), Available: 0);

    [Theory]
    [InlineData("asha@example.com", true)]
    [InlineData(" Asha@Example.com ", true)]
    [InlineData("", false)]
    [InlineData("asha", false)]
    [InlineData("asha@example.com\n", false)]
    [InlineData("4111111111111111@example.com", false)]
    public void an_address_is_one_mailbox_and_no_card_number(string email, bool valid) =>
        Assert.Equal(valid, new AskForBackInStock.Validator().Validate(new AskForBackInStock(email)).IsValid);

    [Theory]
    [InlineData("asha@example.com", true)]
    [InlineData("4111111111111111@example.com", false)]
    public void spaces_around_an_address_hide_nothing(string email, bool valid) =>
        Assert.Equal(valid, new AskForBackInStock.Validator().Validate(new AskForBackInStock(email.PadLeft(200).PadRight(600))).IsValid);

    [Fact]
    public void only_a_sku_that_is_on_sale_and_sold_out_can_be_waited_for()
    {
        Assert.Same(WolverineContinue.NoProblems, AskForBackInStockEndpoint.Decide(Kurta));
        Assert.Equal((404, "sku.not_found"), Refusal(null));
        Assert.Equal((409, "sku.in_stock"), Refusal(Kurta with { Available = 1 }));
    }

    [Fact]
    public void a_shopper_gets_news_of_the_product_that_they_asked_for_and_of_no_other_with_its_sku()
    {
        var request = new BackInStockRequest
        {
            Id = Guid.CreateVersion7(Now),
            Sku = Kurta.Sku,
            ProductId = Kurta.ProductId,
            Subject = Guid.CreateVersion7(),
            Email = "asha@example.com",
        };

        var news = request.NewsOf(Kurta with { Available = 3 }, Now)!;
        Assert.Equal(
            (request.Id, request.Subject, "asha@example.com", Now), (news.RequestId, news.Subject, news.Email, news.At));
        Assert.Equal(new(Kurta.Sku, "Handloom Kurta", "M", "Indigo", Features.Money.Rupees(1_299), "handloom-kurta"), news.Item);
        Assert.Null(request.NewsOf(Kurta with { ProductId = Guid.CreateVersion7() }, Now));
    }

    [Fact]
    public void the_address_is_not_in_the_text_that_a_log_may_contain() =>
        Assert.Equal(nameof(AskForBackInStock), $"{new AskForBackInStock("asha@example.com")}");

    private static (int?, string?) Refusal(WantedItem? item)
    {
        ProblemDetails refusal = AskForBackInStockEndpoint.Decide(item);
        return (refusal.Status, refusal.Extensions["code"] as string);
    }
}
