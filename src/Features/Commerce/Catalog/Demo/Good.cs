namespace Aarya.Features.Commerce.Catalog.Demo;

/// <summary>One product of the demo shop, as its buyer would note it down.</summary>
/// <param name="Was">What it cost before, in rupees; null when it is not reduced.</param>
/// <param name="Cloth">What it is made of and how.</param>
internal sealed record Good(string Category, string Name, int Price, int? Was, string[] Colours, string Cloth, string Fit, string Care)
{
    public string Description => $"{Cloth} {Fit} {Care}";

    public string[] Sizes => Category switch
    {
        "Sarees" => ["Free Size"],
        "Accessories" => Name.Contains("Belt", StringComparison.Ordinal) ? ["32", "34", "36", "38"] : ["One Size"],
        "Footwear" => ["UK 5", "UK 6", "UK 7", "UK 8", "UK 9"],
        "Trousers" => ["28", "30", "32", "34", "36"],
        _ => ["S", "M", "L", "XL"],
    };
}
