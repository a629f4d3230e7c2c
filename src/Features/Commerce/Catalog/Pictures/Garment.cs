namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>The kind of product that a picture shows.</summary>
internal enum Garment
{
    Shirt,
    TShirt,
    Polo,
    Kurta,
    Anarkali,
    Saree,
    Trousers,
    Jeans,
    Palazzo,
    Skirt,
    Dress,
    Waistcoat,
    Blazer,
    Bomber,
    DenimJacket,
    Dupatta,
    Jutti,
    Sandal,
    Sneaker,
    Tote,
    Sling,
    Potli,
    Belt,
}

/// <summary>How its cloth is woven, printed or embroidered.</summary>
internal enum Weave
{
    Plain,
    Stripes,
    Pinstripes,
    Checks,
    Gingham,
    BlockPrint,
    Floral,
    Bandhani,
    Ikat,
    Leheriya,
    Chikankari,
    Jaal,
    Brocade,
    Twill,
    Herringbone,
}

/// <summary>Derives the garment and the weave from a product's words.</summary>
internal static class Tailor
{
    private static readonly (string Word, Garment Garment)[] Garments =
    [
        ("denim jacket", Garment.DenimJacket), ("trucker", Garment.DenimJacket), ("bomber", Garment.Bomber),
        ("windcheater", Garment.Bomber), ("blazer", Garment.Blazer),
        ("nehru", Garment.Waistcoat), ("bandi", Garment.Waistcoat), ("waistcoat", Garment.Waistcoat), ("jacket", Garment.Bomber),
        ("coat", Garment.Blazer),
        ("anarkali", Garment.Anarkali), ("gown", Garment.Anarkali), ("lehenga", Garment.Skirt), ("skirt", Garment.Skirt),
        ("saree", Garment.Saree), ("sari", Garment.Saree),
        ("dupatta", Garment.Dupatta), ("stole", Garment.Dupatta), ("shawl", Garment.Dupatta), ("scarf", Garment.Dupatta),
        ("polo", Garment.Polo), ("t-shirt", Garment.TShirt), ("tee", Garment.TShirt), ("dress", Garment.Dress), ("kurta", Garment.Kurta),
        ("kurti", Garment.Kurta), ("tunic", Garment.Kurta), ("shirt", Garment.Shirt), ("blouse", Garment.Shirt), ("top", Garment.TShirt),
        ("jeans", Garment.Jeans), ("palazzo", Garment.Palazzo), ("wide-leg", Garment.Palazzo), ("sharara", Garment.Palazzo),
        ("trouser", Garment.Trousers), ("chino", Garment.Trousers), ("pant", Garment.Trousers), ("pyjama", Garment.Trousers),
        ("churidar", Garment.Trousers),
        ("jutti", Garment.Jutti), ("mojari", Garment.Jutti), ("loafer", Garment.Jutti), ("sandal", Garment.Sandal),
        ("chappal", Garment.Sandal), ("kolhapuri", Garment.Sandal), ("sneaker", Garment.Sneaker), ("shoe", Garment.Sneaker),
        ("footwear", Garment.Jutti),
        ("tote", Garment.Tote), ("sling", Garment.Sling), ("potli", Garment.Potli), ("clutch", Garment.Sling), ("bag", Garment.Tote),
        ("belt", Garment.Belt),
    ];

    private static readonly (string Word, Weave Weave)[] Weaves =
    [
        ("pinstripe", Weave.Pinstripes), ("stripe", Weave.Stripes), ("gingham", Weave.Gingham), ("check", Weave.Checks),
        ("madras", Weave.Checks), ("plaid", Weave.Checks),
        ("block", Weave.BlockPrint), ("dabu", Weave.BlockPrint), ("ajrakh", Weave.Jaal), ("buti", Weave.BlockPrint),
        ("bagru", Weave.BlockPrint), ("floral", Weave.Floral), ("garden", Weave.Floral), ("kalamkari", Weave.Floral),
        ("bandhani", Weave.Bandhani),
        ("ikat", Weave.Ikat), ("pochampally", Weave.Ikat), ("patola", Weave.Ikat), ("leheriya", Weave.Leheriya),
        ("chikan", Weave.Chikankari), ("lucknow", Weave.Chikankari), ("jaal", Weave.Jaal), ("lattice", Weave.Jaal),
        ("brocade", Weave.Brocade), ("banarasi", Weave.Brocade), ("kanjivaram", Weave.Brocade), ("zari", Weave.Brocade),
        ("chanderi", Weave.Brocade), ("phulkari", Weave.Ikat),
        ("denim", Weave.Twill), ("jeans", Weave.Twill), ("twill", Weave.Twill), ("tweed", Weave.Herringbone),
        ("herringbone", Weave.Herringbone),
    ];

    /// <summary>The garment that the name contains, else the category's, else a shirt.</summary>
    public static Garment GarmentOf(string name, string category) => First(Garments, name) ?? First(Garments, category) ?? Garment.Shirt;

    public static Weave WeaveOf(string name) => First(Weaves, name) ?? Weave.Plain;

    private static T? First<T>((string Word, T Meaning)[] words, string text) where T : struct
    {
        foreach (var (word, meaning) in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return meaning;
        }

        return null;
    }
}
