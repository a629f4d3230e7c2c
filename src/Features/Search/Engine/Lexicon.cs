using System.Collections.Frozen;

namespace Aarya.Features.Search.Engine;

/// <summary>How much a word says about what is wanted. When no product has every word, the least important one is left out first.</summary>
public enum WordKind
{
    /// <summary>For whom, or that something is wanted at all: a product is found without it, and ranks higher with it.</summary>
    Aside,

    /// <summary>A material, a cut, an occasion, or a word that the lexicon does not have.</summary>
    Trait,

    Colour,

    /// <summary>What is worn or carried.</summary>
    Thing,
}

/// <summary>
/// The words of the trade, for a shop that has not been taught its own: words with the same meaning, and for a broad word the narrower
/// ones. A search for the broad word finds the narrower ones, below what has the word itself. Synonyms that merchandisers set are added.
/// </summary>
public static class Lexicon
{
    // A line: kind: words with the same meaning | narrower words. Singular, in the spelling of Folding, one word each.
    private const string Lines =
        """
        thing: shirt kameez kamiz | polo
        thing: tshirt teeshirt tee | polo henley
        thing: top blouse | tshirt tee shirt polo tunic camisole
        thing: tunic | kurta kurti
        thing: kurta kurti kurtha kurtis कुर्ता कुर्ती | anarkali
        thing: saree sari sarees saris साड़ी साडी
        thing: dress frock gown | anarkali
        thing: trouser pant slacks bottom bottoms पैंट पतलून | chino jean palazzo pyjama churidar jogger legging salwar shorts
        thing: jean dungaree
        thing: jogger trackpant sweatpant
        thing: pyjama pajama payjama pyjamas pajamas पजामा | churidar
        thing: salwar shalwar | churidar
        thing: shorts bermuda
        thing: skirt | lehenga ghagra
        thing: lehenga lehnga ghagra लहंगा
        thing: jacket coat outerwear | blazer bomber trucker bandi bandhgala overshirt waistcoat parka
        thing: blazer suit | bandhgala
        thing: waistcoat vest sadri bandi nehru
        thing: sweater jumper pullover cardigan | knit
        thing: sweatshirt hoodie
        thing: sherwani achkan | bandhgala
        thing: dupatta chunni odhni chunari दुपट्टा | phulkari
        thing: shawl शॉल | stole pashmina dupatta
        thing: scarf muffler | stole dupatta
        thing: stole | pashmina
        thing: bag jhola झोला बैग | tote sling potli clutch backpack satchel purse handbag
        thing: handbag purse पर्स | tote sling potli clutch bag
        thing: clutch | potli
        thing: backpack rucksack
        thing: wallet billfold
        thing: belt बेल्ट
        thing: accessory accessories | bag belt stole dupatta scarf hat cap
        thing: hat cap topi
        thing: shoe footwear joota juta जूता जूते | sneaker loafer jutti mojari chappal sandal boot heel slipper moccasin oxford
        thing: sneaker trainer kicks
        thing: jutti juti jooti jutis juttis mojari mojri khussa जूती
        thing: chappal chappals slipper flipflop चप्पल | kolhapuri sandal
        thing: sandal | chappal kolhapuri
        thing: loafer moccasin | mojari
        thing: jewellery jewelry | earring necklace bangle ring
        thing: clothing apparel clothes garment kapda kapde कपड़े
        thing: overshirt shacket

        colour: red lal laal लाल | crimson scarlet maroon madder wine ruby burgundy cherry vermilion
        colour: maroon burgundy wine | crimson
        colour: pink gulabi गुलाबी | rani blush rose fuchsia magenta coral
        colour: orange narangi नारंगी | coral rust saffron terracotta tangerine apricot
        colour: saffron kesari केसरी | orange marigold
        colour: yellow peela pila पीला | mustard lemon marigold saffron ochre gold
        colour: gold golden sunehra सुनहरा | zari mustard
        colour: silver chandi
        colour: green hara हरा | olive sage emerald mint bottle pista fern teal khaki lime jade moss
        colour: blue neela nila नीला | indigo navy denim turquoise teal aqua ink peacock cobalt azure
        colour: turquoise firozi | teal aqua
        colour: teal | peacock turquoise
        colour: purple violet baingani बैंगनी | plum lavender wine mauve lilac
        colour: brown bhura भूरा | tan camel khaki rust chocolate coffee terracotta
        colour: beige cream | ecru sand ivory camel khaki
        colour: white safed सफ़ेद सफेद | ivory ecru cream
        colour: black kala kaala काला | charcoal midnight
        colour: grey gray slety | charcoal slate silver ash
        colour: dark | navy maroon charcoal midnight bottle black ink
        colour: pastel | mint blush lavender powder lemon sky aqua

        trait: cotton sooti suti कॉटन सूती | khadi mulmul voile cambric poplin muslin khaddar gauze chambray
        trait: muslin mulmul malmal
        trait: linen flax लिनन
        trait: silk resham reshmi रेशम रेशमी सिल्क | banarasi kanjivaram katan chanderi mulberry brocade
        trait: wool woollen woolen oon ऊनी | tweed pashmina cashmere worsted
        trait: cashmere | pashmina
        trait: leather chamda चमड़ा | nappa suede
        trait: suede
        trait: denim | jean
        trait: viscose rayon
        trait: khadi handspun खादी
        trait: handloom handwoven hathkargha | khadi ikat jamdani
        trait: handmade handcrafted | handloom embroidered kolhapuri
        trait: print printed | block ajrakh bagru dabu floral kalamkari
        trait: floral flower flowery phool
        trait: check checked checkered checks plaid tartan | gingham madras
        trait: stripe striped stripes | bengal
        trait: plain solid
        trait: embroidered embroidery kadhai कढ़ाई | chikankari phulkari zardozi mirror zari
        trait: chikan chikankari chikankaari lakhnavi lucknowi चिकनकारी
        trait: kanjivaram kanjeevaram kanchipuram kanchivaram kanjivaram
        trait: banarasi benarasi banarsi बनारसी
        trait: bandhani bandhej
        trait: leheriya lehariya laheriya
        trait: tiedye tie-dye shibori | bandhani leheriya
        trait: zari gota | brocade
        trait: mirror mirrorwork sheesha
        trait: wedding bridal bride shaadi shadi vivah शादी | festive banarasi kanjivaram zari brocade sherwani
        trait: festive festival diwali puja pooja eid celebration utsav दिवाली | wedding zari bandhani silk brocade anarkali
        trait: party evening cocktail | mirror zari festive brocade
        trait: formal office business workwear professional | oxford blazer twill tailored poplin worsted
        trait: casual everyday daily | relaxed cotton denim khadi
        trait: ethnic traditional indian desi | kurta saree jutti dupatta nehru bandhgala mojari
        trait: western | jean dress blazer tshirt
        trait: summer summery garmi गर्मी | linen cotton voile mulmul gauze sun muslin airy
        trait: winter sardi warm सर्दी | wool tweed quilted pashmina corduroy jacket
        trait: rain rainy monsoon waterproof barish | repellent nylon
        trait: beach holiday vacation | linen sun gauze sandal
        trait: comfortable comfy aaram | relaxed loose soft
        trait: lightweight | mulmul airy sheer light gauze chiffon
        trait: stretch stretchable stretchy elastic | elastane lycra elasticated
        trait: slim skinny fitted | tailored
        trait: loose oversized baggy relaxed | roomy boxy wide
        trait: wideleg flared bellbottom | palazzo wide
        trait: sleeveless | strap
        trait: long maxi | floor
        trait: short mini cropped
        trait: midi | calf knee
        trait: flat | flats
        trait: slipon | loafer jutti
        trait: crossbody | sling
        trait: pocket pockets
        trait: sustainable eco organic natural | khadi handloom vegetable

        aside: man men mens male gents gent boy boys mard
        aside: woman women womens female ladies lady girl girls aurat
        aside: kid kids child children unisex
        aside: wear wearing online buy shop shopping sale best top-rated good nice beautiful latest new trendy trending stylish style design
        aside: designer fancy cheap affordable premium quality size colour color type kind piece pure price
        aside: show find want need looking please some any ka ki ke wala wali ke-liye liye chahiye
        """;

    private static readonly FrozenDictionary<string, Entry> Entries = Read();

    /// <summary>The words that a typo may have meant, beside those of the catalogue.</summary>
    public static IReadOnlyCollection<string> Words => Entries.Keys;

    public static bool Has(string word) => Find(word) is not null;

    public static WordKind KindOf(string word) => Find(word)?.Kind ?? WordKind.Trait;

    /// <summary>Words with the same meaning; empty for a word that the lexicon does not have.</summary>
    public static IReadOnlyCollection<string> SameAs(string word) => Find(word)?.Same ?? [];

    /// <summary>Words with a narrower meaning.</summary>
    public static IReadOnlyCollection<string> NarrowerThan(string word) => Find(word)?.Narrower ?? [];

    private static Entry? Find(string word) => Entries.GetValueOrDefault(word) ?? Entries.GetValueOrDefault(Singular(word));

    // Enough for the words of the lexicon; the engines have stems for all others.
    private static string Singular(string word) => word switch
    {
        [.., 'i', 'e', 's'] when word.Length > 4 => $"{word[..^3]}y",
        [.., 's' or 'x' or 'h', 'e', 's'] => word[..^2],
        [.., 's', 's'] => word,
        [_, _, .., 's'] => word[..^1],
        _ => word,
    };

    private static FrozenDictionary<string, Entry> Read()
    {
        Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
        foreach (var line in Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var kind = Enum.Parse<WordKind>(line.AsSpan(0, colon), ignoreCase: true);
            var sides = line[(colon + 1)..].Split('|');
            var same = Cut(sides[0]);
            var narrower = sides.Length > 1 ? Cut(sides[1]) : [];
            foreach (var word in same)
            {
                if (!entries.TryGetValue(word, out var entry)) entries[word] = entry = new(kind);
                entry.Same.UnionWith(same.Where(x => x != word));
                entry.Narrower.UnionWith(narrower.Where(x => x != word));
            }
        }

        return entries.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string[] Cut(string words) => [.. Engine.Words.Of(words).Select(x => x.Joined)];

    // The first line of a word gives its kind.
    private sealed record Entry(WordKind Kind)
    {
        public HashSet<string> Same { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Narrower { get; } = new(StringComparer.Ordinal);
    }
}
