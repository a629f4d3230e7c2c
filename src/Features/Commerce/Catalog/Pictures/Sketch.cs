namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>
/// Draws a product in one of its colours; the same words always give the same picture. A change of a drawing raises the edition in
/// <see cref="DrawnImages"/>.
/// </summary>
internal static class Sketch
{
    public static string Draw(string slug, string name, string category, string colour)
    {
        var garment = Tailor.GarmentOf(name, category);
        var weave = garment is Garment.Jeans or Garment.DenimJacket ? Weave.Twill : Tailor.WeaveOf(name);
        var on = new Canvas(new(weave, Dye.Of(colour), slug));
        var choice = StableChoice.Of($"cut:{slug}");
        Lay(garment, on, choice);
        return on.Finish($"{name}, {colour}", garment switch
        {
            Garment.Tote or Garment.Potli => (872, 230),
            Garment.Sling => (818, 230),
            _ => null,
        });
    }

    private static void Lay(Garment garment, Canvas on, StableChoice choice)
    {
        switch (garment)
        {
            case Garment.TShirt: Tops.TShirt(on, polo: false); break;
            case Garment.Polo: Tops.TShirt(on, polo: true); break;
            case Garment.Kurta: Tops.Kurta(on, choice, on.Cloth.IsPatterned); break;
            case Garment.Anarkali: Tops.Anarkali(on); break;
            case Garment.Dress: Tops.Dress(on, choice); break;
            case Garment.Waistcoat: Tops.Waistcoat(on); break;
            case Garment.Blazer: Tops.Blazer(on); break;
            case Garment.Bomber: Tops.Bomber(on); break;
            case Garment.DenimJacket: Tops.DenimJacket(on); break;
            case Garment.Saree: Bottoms.Saree(on); break;
            case Garment.Trousers: Bottoms.Trousers(on, jeans: false); break;
            case Garment.Jeans: Bottoms.Trousers(on, jeans: true); break;
            case Garment.Palazzo: Bottoms.Palazzo(on); break;
            case Garment.Skirt: Bottoms.Skirt(on); break;
            case Garment.Dupatta: Carried.Dupatta(on); break;
            case Garment.Jutti: Carried.Jutti(on); break;
            case Garment.Sandal: Carried.Sandal(on); break;
            case Garment.Sneaker: Carried.Sneaker(on); break;
            case Garment.Tote: Carried.Tote(on); break;
            case Garment.Sling: Carried.Sling(on); break;
            case Garment.Potli: Carried.Potli(on); break;
            case Garment.Belt: Carried.Belt(on); break;
            default: Tops.Shirt(on, choice); break;
        }
    }
}
