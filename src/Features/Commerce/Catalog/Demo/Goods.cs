namespace Aarya.Features.Commerce.Catalog.Demo;

/// <summary>What the demo shop sells.</summary>
internal static class Goods
{
    private const string Cold = "Wash cold with like colours, dry in the shade, iron on the reverse.";
    private const string Machine = "Machine wash at 30 degrees, do not bleach, warm iron.";
    private const string Hand = "Hand wash separately in cold water for the first washes; the dye settles with each of them.";
    private const string Dry = "Dry clean only; keep it folded in muslin, away from scent.";
    private const string Wipe = "Wipe with a dry cloth, feed the leather twice a year, keep out of heavy rain.";

    /// <summary>The shelves, in the order in which they stand.</summary>
    public static IReadOnlyList<string> Categories { get; } = ["Kurtas", "Shirts", "Sarees", "Trousers", "Dresses", "Jackets", "Accessories", "Footwear"];

    public static IReadOnlyList<Good> All { get; } =
    [
        new("Kurtas", "Handloom Mulmul Kurta", 1_299, 1_799, ["Indigo", "Off White", "Sage"], "Airy mulmul woven on pit looms in Phulia, so light that it needs a slip in strong sun.", "Straight cut with side slits and a mandarin collar; true to size.", Cold),
        new("Kurtas", "Bagru Block Print Kurta", 1_499, null, ["Ivory", "Madder Red"], "Cotton cambric printed by hand in Bagru with carved teak blocks; no two repeats match exactly.", "Relaxed through the body, three-quarter length.", Hand),
        new("Kurtas", "Lucknowi Chikankari Kurta", 2_499, 3_199, ["Mint", "Powder Blue", "White"], "Shadow work and French knots embroidered in Lucknow on fine cotton voile.", "Semi-sheer, straight fit; wear a camisole underneath.", "Hand wash cold inside out; iron damp over a towel so that the stitches stand up."),
        new("Kurtas", "Ajrakh Jaal Kurta", 2_199, null, ["Indigo", "Madder Red"], "Resist-printed in Ajrakhpur with natural indigo and madder, sixteen steps from grey cloth to finished print.", "Regular fit with a half placket and horn buttons.", Hand),
        new("Kurtas", "Linen Bandhgala Kurta", 2_799, null, ["Sand", "Charcoal", "Olive"], "Yarn-dyed European flax woven in Bhagalpur, garment washed so that it starts soft.", "Tailored shoulder, straight hem to the knee.", Machine),
        new("Kurtas", "Bandhani Festive Kurta", 1_899, 2_399, ["Rani Pink", "Marigold"], "Some four thousand knots tied by hand in Bhuj before the cloth goes into the dye.", "A-line, falls just below the knee.", Dry),
        new("Kurtas", "Khadi Everyday Kurta", 999, null, ["Ecru", "Slate", "Rust"], "Hand-spun, hand-woven khadi from a co-operative in Ponduru; coarse at first, softer with every wash.", "Boxy with roomy sleeves; size down for a close fit.", Machine),
        new("Kurtas", "Anarkali with Zari Border", 3_499, 4_499, ["Wine", "Peacock", "Emerald"], "Twelve panels of Chanderi silk-cotton with a woven zari border at hem and cuffs.", "Fitted bodice, full skirt to mid-calf, fully lined.", Dry),
        new("Kurtas", "Leheriya Georgette Kurta", 1_699, null, ["Turquoise", "Coral"], "Georgette wrapped and dyed in Jaipur so that the colour runs in waves.", "Straight, with a stitched-in cotton lining.", Cold),
        new("Kurtas", "Gingham Cotton Kurta", 1_149, 1_399, ["Navy", "Fern Green"], "Mid-weight gingham from Kannur, woven on power looms with two-ply yarn.", "Short kurta to the hip, for jeans.", Machine),

        new("Shirts", "Oxford Button-Down Shirt", 1_599, null, ["Powder Blue", "White", "Blush"], "Pinpoint Oxford in two-ply combed cotton with a soft, unfused collar.", "Regular fit with a box pleat; sleeves by the half size.", Machine),
        new("Shirts", "Madras Check Shirt", 1_399, 1_799, ["Coral", "Indigo"], "Bleeding madras, yarn-dyed in Chennai: the checks grow softer as the colours run into each other.", "Relaxed, short sleeved, straight hem.", Hand),
        new("Shirts", "Washed Linen Shirt", 2_199, null, ["Sage", "White", "Sky Blue"], "Pure linen of 160 grams, enzyme washed; it creases, and that is the point.", "Easy fit with a curved hem to wear out or in.", Machine),
        new("Shirts", "Bengal Stripe Shirt", 1_499, null, ["Navy", "Maroon"], "Crisp poplin in the half-inch stripe that mills here have woven for two hundred years.", "Slim through the waist, semi-spread collar.", Machine),
        new("Shirts", "Ikat Weave Shirt", 1_899, 2_299, ["Teal", "Rust"], "Single ikat from Pochampally: the yarn is tied and dyed before it is woven, hence the feathered edges.", "Regular fit, coconut-shell buttons.", Cold),
        new("Shirts", "Indigo Dabu Print Shirt", 1_749, null, ["Indigo", "Slate"], "Mud-resist printed in Akola and dipped three times in natural indigo.", "Camp collar, boxy, short sleeved.", Hand),
        new("Shirts", "Fine Twill Work Shirt", 1_699, null, ["Khaki", "Ink", "White"], "Compact twill with a trace of stretch; holds its press from the nine o'clock meeting on.", "Tailored fit with a cutaway collar.", Machine),
        new("Shirts", "Corduroy Overshirt", 2_499, 2_999, ["Camel", "Bottle Green"], "Fourteen-wale cotton corduroy, brushed on the inside.", "Made to go over a tee: straight, with two chest pockets.", Machine),
        new("Shirts", "Floral Garden Shirt", 1_599, null, ["Black", "Off White"], "Viscose twill with a print drawn from a Mughal garden miniature.", "Relaxed drape, short sleeved.", Cold),
        new("Shirts", "Pique Polo", 1_199, null, ["Teal", "White", "Crimson"], "Long-staple cotton pique of 220 grams with a ribbed collar that does not curl.", "Regular fit, side vents.", Machine, Hsn: "6105"),

        new("Sarees", "Banarasi Silk Saree", 12_999, 15_999, ["Peacock", "Maroon"], "Katan silk woven in Varanasi with kadhua zari buti, each motif woven on its own.", "5.5 metres with an unstitched blouse piece of 0.8 metres.", Dry, Hsn: "5007"),
        new("Sarees", "Kanjivaram Wedding Saree", 18_499, null, ["Crimson", "Emerald"], "Three-ply mulberry silk from Kanchipuram, border and body woven apart and joined with korvai.", "6.2 metres including the blouse piece; about 800 grams.", Dry, Hsn: "5007"),
        new("Sarees", "Pochampally Ikat Saree", 6_499, 7_999, ["Maroon", "Royal Blue"], "Double ikat in silk-cotton: warp and weft are both dyed before they meet on the loom.", "5.5 metres with a running blouse piece.", Dry, Hsn: "5007"),
        new("Sarees", "Chanderi Zari Saree", 4_999, null, ["Blush", "Pista Green", "Lavender"], "Sheer silk and cotton from Chanderi with gold coin buti.", "5.5 metres, light enough for a long evening.", Dry, Hsn: "5007"),
        new("Sarees", "Jamdani Muslin Saree", 7_499, null, ["Off White", "Sky Blue"], "Hundred-count muslin with motifs laid in by hand, thread by thread, in Fulia.", "5.5 metres, no blouse piece.", Hand),
        new("Sarees", "Bandhani Gharchola Saree", 5_999, 6_999, ["Rani Pink", "Saffron"], "Georgette in a woven zari grid, tied and dyed square by square in Jamnagar.", "5.5 metres with a contrast blouse piece.", Dry, Hsn: "5407"),
        new("Sarees", "Kalamkari Cotton Saree", 2_999, null, ["Mustard", "Ink"], "Mangalagiri cotton block-printed in Machilipatnam with vegetable dyes.", "5.5 metres with a printed blouse piece.", Hand),
        new("Sarees", "Leheriya Chiffon Saree", 2_499, 3_299, ["Turquoise", "Orange"], "Wave-dyed chiffon from Jodhpur with a gota edge.", "5.5 metres, easy to drape, hardly weighs anything.", Cold, Hsn: "5407"),

        new("Trousers", "Pleated Linen Trousers", 2_299, null, ["Sand", "Slate"], "Linen and cotton twill with a dry hand; half lined at the front.", "High rise, double pleat, tapered to the ankle.", Machine),
        new("Trousers", "Selvedge Jeans", 3_299, 3_999, ["Denim", "Ink"], "Thirteen-ounce selvedge denim from Ahmedabad, rope-dyed, unwashed.", "Straight leg, button fly; they give half a size.", "Wash rarely, inside out and cold; hang to dry."),
        new("Trousers", "Cotton Chinos", 1_799, null, ["Khaki", "Navy", "Olive"], "Peached cotton twill with two per cent elastane.", "Slim straight with a regular rise.", Machine),
        new("Trousers", "Flared Palazzo Pants", 1_299, 1_599, ["Mustard", "Black", "Teal"], "Fluid rayon crepe with a printed border at the hem.", "Elasticated waist with a drawcord, wide leg.", Cold, Hsn: "6204"),
        new("Trousers", "Churidar Pyjama", 799, null, ["White", "Black", "Maroon"], "Bias-cut cotton lycra that gathers at the ankle as it should.", "Tie waist; order your kurta size.", Machine),
        new("Trousers", "Handloom Wide-Leg Pants", 1_899, null, ["Ecru", "Indigo"], "Slub cotton from Kutch in a basket weave.", "High waist, wide leg, cropped above the ankle.", Cold, Hsn: "6204"),
        new("Trousers", "Formal Wool-Blend Trousers", 2_799, 3_499, ["Charcoal", "Navy"], "Worsted wool and polyester with a natural stretch, crease set for good.", "Tailored fit, unfinished hem of 36 inches.", "Dry clean, or steam and brush."),
        new("Trousers", "Jogger Pants in Khadi Denim", 1_999, null, ["Denim", "Charcoal"], "Hand-spun indigo denim, nine ounces, softer than it looks.", "Drawcord waist, ribbed cuffs.", Machine),

        new("Dresses", "Floral Tiered Dress", 2_199, 2_799, ["Ivory", "Blush"], "Cotton voile with a garden print, lined to the knee.", "Gathered tiers to mid-calf; runs generous.", Cold),
        new("Dresses", "Block Print Shirt Dress", 1_999, null, ["Off White", "Sky Blue"], "Sanganeri print on cotton poplin, with pockets that hold a phone.", "Shirt collar, self belt, to the knee.", Hand),
        new("Dresses", "Ikat Shift Dress", 2_299, null, ["Royal Blue", "Rust"], "Handloom ikat from Nuapatna, with a facing in plain cotton.", "Straight shift, sleeveless, just above the knee.", Cold),
        new("Dresses", "Linen Wrap Dress", 2_799, 3_299, ["Terracotta", "Olive"], "Washed linen with a true wrap and a long tie.", "Midi, three-quarter sleeves, forgiving at the waist.", Machine),
        new("Dresses", "Mirror Work Evening Dress", 4_499, null, ["Midnight Blue", "Plum"], "Viscose crepe with Kutchi mirrors stitched around the neck by hand.", "Fitted bodice, floor length.", Dry),
        new("Dresses", "Cotton Gauze Sun Dress", 1_499, null, ["Lemon", "White", "Aqua"], "Double gauze that dries in an hour and needs no iron.", "Loose, with adjustable straps.", Machine),

        new("Jackets", "Khadi Nehru Jacket", 2_999, 3_799, ["Bottle Green", "Maroon", "Beige"], "Silk-khadi with a slub, fully lined in viscose, with a pocket square sewn in.", "Tailored; wear it over a kurta or a shirt.", Dry),
        new("Jackets", "Quilted Bandi Jacket", 2_599, null, ["Mustard", "Indigo"], "Two layers of block-printed cotton, quilted by hand around light batting.", "Sleeveless, straight, hip length; reversible.", Hand),
        new("Jackets", "Denim Trucker Jacket", 3_499, null, ["Denim", "Black"], "Twelve-ounce denim with copper rivets, stone washed once.", "Cropped at the waist; take your usual size.", Machine),
        new("Jackets", "Herringbone Tweed Blazer", 6_999, 8_499, ["Charcoal", "Brown"], "Wool tweed woven in Kullu, half canvassed, horn buttons.", "Two-button with a soft shoulder and a single vent.", Dry),
        new("Jackets", "Cotton Bomber Jacket", 2_999, null, ["Olive", "Navy"], "Water-repellent cotton nylon with ribbed cuffs and a two-way zip.", "Regular fit with room for a jumper.", Machine, Hsn: "6201"),
        new("Jackets", "Linen Summer Blazer", 4_999, 5_999, ["Sky Blue", "Sand"], "Unlined linen with patch pockets and taped seams.", "Soft shoulder, slim; steam it on the hanger.", Dry),

        new("Accessories", "Phulkari Dupatta", 1_499, 1_899, ["Saffron", "Rani Pink", "Black"], "Floss-silk phulkari from Patiala on cotton khaddar.", "2.4 metres by 90 centimetres, tasselled.", Dry, Hsn: "6214"),
        new("Accessories", "Pashmina Stole", 8_999, null, ["Camel", "Slate", "Wine"], "Hand-spun cashmere from Changthang, woven in Srinagar, 180 grams.", "2 metres by 70 centimetres.", Dry, Hsn: "6214"),
        new("Accessories", "Ajrakh Jaal Tote Bag", 1_199, null, ["Indigo", "Madder Red"], "Ajrakh-printed canvas with vegetable-tanned leather handles.", "40 by 38 by 12 centimetres, with an inside pocket.", "Spot clean the canvas; feed the leather once a year.", Hsn: "42022220"),
        new("Accessories", "Brocade Potli Bag", 899, 1_199, ["Plum", "Gold", "Emerald"], "Banarasi brocade off-cuts with a zardozi drawstring.", "18 centimetres across; holds keys, cards and lipstick.", "Spot clean only."),
        new("Accessories", "Leather Sling Bag", 2_499, null, ["Tan", "Sage", "Black"], "Full-grain goat leather from Chennai with a brass stud.", "24 by 18 centimetres, strap adjustable to 120 centimetres.", Wipe),
        new("Accessories", "Kolkata Leather Belt", 999, null, ["Brown", "Black"], "Vegetable-tanned buffalo leather, 35 millimetres wide, solid brass buckle.", "Measure from the buckle to the middle hole.", Wipe, Hsn: "4203"),

        new("Footwear", "Embroidered Punjabi Jutti", 1_499, 1_899, ["Crimson", "Peacock"], "Leather upper embroidered with zari in Patiala, cushioned insole.", "No left or right at first; they take your shape in a week.", Wipe),
        new("Footwear", "Kolhapuri Chappal", 1_799, null, ["Tan", "Brown"], "Buffalo leather cut and braided by hand in Kolhapur, stitched without nails.", "Flat, open heel; oil them before the first walk.", Wipe),
        new("Footwear", "Court Sneakers", 2_999, 3_499, ["White", "Navy", "Sage"], "Cotton canvas and suede on a natural rubber sole, made in Agra.", "Regular width; insole comes out.", "Brush off dry mud; wash the laces.", Hsn: "6404"),
        new("Footwear", "Leather Mojari Loafers", 2_499, null, ["Brown", "Black"], "Hand-lasted goat leather with a stacked heel.", "Slip-on with a rounded toe; take half a size up.", Wipe),
        new("Footwear", "Strappy Flat Sandals", 1_299, null, ["Tan", "Gold", "Rose"], "Soft nappa straps on a moulded cork footbed.", "Open toe, padded; true to size.", Wipe),
        new("Footwear", "Brocade Wedding Mojari", 2_199, 2_799, ["Maroon", "Ivory"], "Banarasi brocade over leather, with a padded collar.", "Curled toe, leather sole; take your usual size.", "Brush gently; keep them dry.", Hsn: "6405"),
    ];
}
