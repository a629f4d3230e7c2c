namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>The cloth of one picture: its colours and the pattern that repeats over it.</summary>
internal sealed class Cloth
{
    private readonly Weave weave;
    private readonly int turn;

    public Cloth(Weave weave, Dye dye, string word)
    {
        (this.weave, Base) = (weave, dye);
        var choice = StableChoice.Of(word);
        Motif = dye.IsDark || weave == Weave.Bandhani ? dye.Lighter(0.72).Mix(Dye.Of("cream"), 0.5) : dye.Darker(0.5);
        Accent = choice.Pick(Dye.Of("madder"), Dye.Of("mustard"), Dye.Of("indigo"), Dye.Of("emerald"), Dye.Of("rani"));
        if (Distance(Accent, dye) < 110) Accent = dye.IsDark ? Dye.Gold : Dye.Of("madder");
        Trim = choice.Pick(Dye.Gold, Dye.Gold, Accent);
        turn = choice.Next(3);
    }

    public Dye Base { get; }

    /// <summary>The colour of the pattern.</summary>
    public Dye Motif { get; }

    /// <summary>The second colour of the print, and of blouses and linings.</summary>
    public Dye Accent { get; }

    /// <summary>The colour of borders and edges.</summary>
    public Dye Trim { get; }

    public bool IsPatterned => weave != Weave.Plain;

    /// <summary>The pattern straight, and turned with the left and the right sleeve.</summary>
    public string Definitions() => IsPatterned ? Pattern("cloth", 0) + Pattern("cloth-l", 16) + Pattern("cloth-r", -16) : "";

    private string Pattern(string id, int angle)
    {
        var (width, height, tile) = Tile();
        return $"""<pattern id="{id}" width="{width}" height="{height}" patternUnits="userSpaceOnUse" """
            + $"""patternTransform="rotate({angle})">{tile}</pattern>""";
    }

    private (int Width, int Height, string Tile) Tile() => weave switch
    {
        Weave.Stripes =>
            (30, 30,
                $"""<rect width="13" height="30" fill="{Motif}" opacity=".8"/><rect x="20" width="2" height="30" fill="{Accent}" """
                + $"""opacity=".7"/>"""),
        Weave.Pinstripes => (18, 18, $"""<rect width="2" height="18" fill="{Motif}" opacity=".75"/>"""),
        Weave.Gingham =>
            (36, 36,
                $"""<rect width="18" height="36" fill="{Gingham}" opacity=".5"/><rect width="36" height="18" fill="{Gingham}" """
                + $"""opacity=".5"/>"""),
        Weave.Checks => (72, 72, $"""
            <rect width="30" height="72" fill="{Motif}" opacity=".34"/><rect width="72" height="30" fill="{Motif}" opacity=".34"/>
            <rect x="50" width="3" height="72" fill="{Accent}" opacity=".8"/>
            <rect y="50" width="72" height="3" fill="{Accent}" opacity=".8"/>
            <rect x="14" width="1.5" height="72" fill="{Base.Lighter(0.6)}" opacity=".7"/>
            <rect y="14" width="72" height="1.5" fill="{Base.Lighter(0.6)}" opacity=".7"/>
            """),
        Weave.BlockPrint => (56, 64, Sprig(14, 18) + Sprig(42, 50)),
        Weave.Floral =>
            (132, 150,
                Bloom(34, 40, 1.0, 0) + Bloom(98, 112, 1.25, 30) + Bloom(112, 30, 0.6, 50) + Bloom(24, 118, 0.55, 15) + Leaf(66, 66, 40)
                    + Leaf(72, 140, -50) + Leaf(10, 78, 100)),
        Weave.Bandhani =>
            (60, 60,
                string.Concat(Dots()
                    .Select(x => $"""<circle cx="{x.X}" cy="{x.Y}" r="2.6" fill="none" stroke="{Motif}" stroke-width="1.8"/>"""))),
        Weave.Ikat => (64, 96, $"""
            <path d="M32 4l5 8 5 4 6 10 6 8 6 14-6 14-6 8-6 10-5 4-5 8-5-8-5-4-6-10-6-8-6-14 6-14 6-8 6-10 5-4z" fill="{Motif}"
            opacity=".82"/>
            <path d="M32 22l5 8 5 6 4 12-4 12-5 6-5 8-5-8-5-6-4-12 4-12 5-6z" fill="{Accent}"/>
            <path d="M32 38l4 6 2 4-2 4-4 6-4-6-2-4 2-4z" fill="{Motif.Lighter(0.3)}"/>
            <path d="M0 0l4 7 2 9M64 0l-4 7-2 9M0 96l4-7 2-9M64 96l-4-7-2-9" stroke="{Motif}" stroke-width="3" fill="none" opacity=".8"/>
            """),
        Weave.Leheriya => (80, 40, $"""
            <path d="M-10 34C10 20 20 46 40 32S70 46 90 30" stroke="{Motif}" stroke-width="6" fill="none" opacity=".85"/>
            <path d="M-10 14C10 0 20 26 40 12S70 26 90 10" stroke="{Accent}" stroke-width="4" fill="none" opacity=".8"/>
            """),
        Weave.Chikankari =>
            (92, 104,
                Stitch(26, 28, 0) + Stitch(72, 80, 40)
                    + $"""<path d="M46 0C30 26 62 52 46 104M0 52C16 40 30 66 46 52" stroke="{Thread}" stroke-width="1.6" fill="none" """
                    + $"""stroke-dasharray="5 3" opacity=".75"/>"""),
        Weave.Jaal => (72, 88, $"""
            <path d="M36 0C70 22 70 66 36 88C2 66 2 22 36 0z" fill="none" stroke="{Motif}" stroke-width="3.2" opacity=".85"/>
            <circle cx="36" cy="44" r="9" fill="{Accent}"/><g fill="{Motif}">{Petals(36, 44, 8, 15, 4.4)}</g>
            <circle cx="0" cy="0" r="7" fill="{Accent}"/><circle cx="72" cy="0" r="7" fill="{Accent}"/>
            <circle cx="0" cy="88" r="7" fill="{Accent}"/><circle cx="72" cy="88" r="7" fill="{Accent}"/>
            """),
        Weave.Brocade => (54, 60, Paisley(14, 18) + Paisley(41, 48)),
        Weave.Twill => (6, 6, $"""<path d="M-1 7L7-1M-1 1L1-1M5 7L7 5" stroke="{Base.Lighter(0.3)}" stroke-width="1.1" opacity=".55"/>"""),
        Weave.Herringbone =>
            (24, 16,
                $"""<path d="M0 0l12 8 12-8M0 8l12 8 12-8M0-8l12 8 12-8" stroke="{Motif}" stroke-width="1.6" fill="none" opacity=".5"/>"""),
        _ => (1, 1, ""),
    };

    private Dye Gingham => Base.IsDark ? Dye.Of("ivory") : Base.Darker(0.55);

    private Dye Thread => Base.IsDark ? Dye.Of("ivory") : Base.Lighter(0.55).Mix(Dye.White, 0.4);

    private string Sprig(int x, int y) => turn == 0
        ? $"""<g transform="translate({x} {y})"><path d="M0 14V0" stroke="{Motif}" stroke-width="1.6"/><g """
            + $"""fill="{Motif}">{Petals(0, -2, 5, 6, 3.2)}</g><circle cy="-2" r="2.4" fill="{Accent}"/><path d="M0 12c-6-1-8-5-8-8 5 0 """
            + $"""8 3 8 8zM0 12c6-1 8-5 8-8-5 0-8 3-8 8z" fill="{Motif}"/></g>"""
        : turn == 1
            ? $"""<g transform="translate({x} {y})"><path d="M0-13C10-8 11 4 3 11C-6 13-11 5-8-2C-6-8-2-9 0-13z" fill="{Motif}"/><path """
                + $"""d="M1-5C5-2 5 4 1 6C-3 6-4 2-3-1z" fill="{Accent}"/></g>"""
            : $"""<g transform="translate({x} {y})" fill="{Motif}">{Petals(0, 0, 8, 9, 3)}<circle r="3.2" fill="{Accent}"/></g>""";

    private string Bloom(int x, int y, double size, int angle) =>
        $"""<g transform="translate({x} {y}) rotate({angle}) scale({Canvas.Number(size)})"><g """
        + $"""fill="{Accent.Mix(Dye.White, 0.12)}">{Petals(0, 0, 6, 15, 9.5)}</g><g fill="{Accent.Darker(0.2)}" """
        + $"""opacity=".5">{Petals(0, 0, 6, 9, 4)}</g><circle r="6" fill="{Dye.Gold}"/></g>""";

    private string Leaf(int x, int y, int angle) =>
        $"""<g transform="translate({x} {y}) rotate({angle})"><path d="M0 0C8-12 24-12 34 0C24 12 8 12 0 0z" fill="{(Base.IsDark ? Dye.Of(
            "sage") : Dye.Of("fern"))}" opacity=".9"/><path d="M0 0H34" stroke="{Base}" stroke-width="1.2" opacity=".6"/></g>""";

    private string Stitch(int x, int y, int angle) =>
        $"""<g transform="translate({x} {y}) rotate({angle})" fill="none" stroke="{Thread}" stroke-width="1.7" """
        + $"""opacity=".9">{string.Concat(Enumerable.Range(0, 5).Select(i =>
            $"""<ellipse cx="0" cy="-9" rx="4.6" ry="7.5" transform="rotate({i * 72})"/>"""))}<circle r="2" fill="{Thread}"/></g>""";

    private string Paisley(int x, int y) =>
        $"""<g transform="translate({x} {y})"><path d="M0-12C9-7 10 4 2 10C-6 12-10 4-7-2C-5-7-2-8 0-12z" """
        + $"""fill="{Dye.Gold.Lighter(0.1)}" opacity=".95"/><path d="M0-4C4-1 4 3 0 5C-3 5-4 1-2-1z" fill="{Base.Darker(0.15)}"/></g>""";

    private IEnumerable<(int X, int Y)> Dots() => turn == 2
        ? [(30, 18), (22, 24), (38, 24), (16, 30), (44, 30), (22, 36), (38, 36), (30, 42), (30, 30), (0, 0), (60, 0), (0, 60), (60, 60)]
        : [(30, 24), (24, 30), (36, 30), (30, 36), (0, 0), (60, 0), (0, 60), (60, 60), (6, 54), (54, 6), (6, 6), (54, 54)];

    private static string Petals(int x, int y, int count, double reach, double size) => string.Concat(Enumerable.Range(0, count).Select(i =>
    {
        var angle = Math.Tau * i / count;
        return $"""<circle cx="{Canvas.Number(x + (Math.Sin(angle) * reach))}" cy="{Canvas.Number(y - (Math.Cos(angle) * reach))}" """
            + $"""r="{Canvas.Number(size)}"/>""";
    }));

    private static double Distance(Dye a, Dye b) => Math.Sqrt(Square(a.Red - b.Red) + Square(a.Green - b.Green) + Square(a.Blue - b.Blue));

    private static double Square(int x) => (double)x * x;
}
