using Aarya.Features.Commerce.Catalog;

namespace Aarya.Features.Commerce.Demo;

/// <summary>One product of the demo shop.</summary>
/// <param name="Was">What it cost before, in rupees; null when it is not reduced.</param>
/// <param name="Of">Its materials, separated by commas.</param>
/// <param name="Cloth">What it is made of and how.</param>
/// <param name="Hsn">Its HSN code if it is not the usual one of its category.</param>
internal sealed record DemoProduct(
    string Category, string Name, int Price, int? Was, string[] Colours, string Of, string Cloth, string Fit, string Care,
    string? Hsn = null)
{
    public string[] Materials => Of.Split(", ");

    public string Description => $"{Cloth} {Fit} {Care}";

    public string HsnCode => Hsn ?? Category switch
    {
        "Kurtas" => "6211",
        "Shirts" => "6205",
        "Sarees" => "5208",
        "Trousers" => "6203",
        "Dresses" => "6204",
        "Jackets" => "6203",
        "Accessories" => "4202",
        "Footwear" => "6403",
        _ => throw new InvalidOperationException($"There is no HSN code for {Category}: {Name}."),
    };

    public string[] Sizes => Category switch
    {
        "Sarees" => ["Free Size"],
        "Accessories" => Name.Contains("Belt", StringComparison.Ordinal) ? ["32", "34", "36", "38"] : ["One Size"],
        "Footwear" => ["UK 5", "UK 6", "UK 7", "UK 8", "UK 9"],
        "Trousers" => ["28", "30", "32", "34", "36"],
        _ => ["S", "M", "L", "XL"],
    };
}
