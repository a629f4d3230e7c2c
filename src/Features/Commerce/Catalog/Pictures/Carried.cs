namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>Footwear, scarves, belts and bags.</summary>
internal static class Carried
{
    private static readonly Dye Leather = Dye.Of("tan");

    public static void Dupatta(Canvas on)
    {
        on.Piece(
            "M300 250C300 130 500 130 500 250C520 420 520 640 560 872C530 884 470 884 440 872C436 660 446 440 430 270C424 226 376 226 370 "
            + "270C354 440 364 660 360 872C330 884 270 884 240 872C280 640 280 420 300 250Z",
            folds: "M316 270C310 470 300 680 276 872M344 270C336 470 336 680 324 874M484 270C490 470 500 680 524 872M456 270C464 470 464 "
                + "680 476 874",
            lights: "M330 260C322 470 316 680 300 874M470 260C478 470 484 680 500 874M330 210C370 170 430 170 470 210");
        foreach (var (from, to) in ((int, int)[])[(243, 360), (440, 557)])
        {
            on.Border($"M{from + 4} 800C{from + 40} 812 {to - 40} 812 {to - 2} 800", 40)
                .Border($"M{from} 862C{from + 36} 874 {to - 36} 874 {to} 862", 12);
            for (var x = from + 2; x <= to; x += 10)
                on.Add(
                    $"""<path d="M{x} 874q3 22-1 44" stroke="{on.Cloth.Trim}" stroke-width="4.6" fill="none" stroke-linecap="round"/>"""
                    + $"""<circle cx="{x}" cy="886" r="3.4" fill="{on.Cloth.Trim.Darker(0.3)}"/>""");
        }
    }

    public static void Jutti(Canvas on)
    {
        Pair(on, x => x
            .Piece(
                "M0-300C36-286 96-200 106-90C114 20 96 120 92 200C88 280 50 304 0 304C-50 304-88 280-92 200C-96 120-114 "
                + "20-106-90C-96-200-36-286 0-300Z", Leather.Darker(0.35), light: "fall")
            .Piece(
                "M0-286C32-270 84-190 94-88C102 20 84 120 80 196C76 268 44 290 0 290C-44 290-76 268-80 196C-84 120-102 "
                + "20-94-88C-84-190-32-270 0-286Z", folds: "M-70-60C-50 10-40 40 0 50M70-60C50 10 40 40 0 50",
                lights: "M-30-220C-60-160-66-100-64-40")
            .Piece("M0-20C46-16 66 40 64 120C64 220 46 262 0 264C-46 262-64 220-64 120C-66 40-46-16 0-20Z", Leather.Lighter(0.25),
                light: "fall", folds: "M-50 40C-30 10 30 10 50 40")
            .Strip("M0-20C46-16 66 40 64 120C64 220 46 262 0 264C-46 262-64 220-64 120C-66 40-46-16 0-20Z", 13)
            .Add(
                $"""<g fill="none" stroke="{x.Cloth.Trim}" stroke-width="5" stroke-linecap="round"><path """
                + $"""d="M0-50V-216M0-80C-30-84-52-104-58-132C-34-130-12-112 0-92M0-80C30-84 52-104 58-132C34-130 12-112 """
                + $"""0-92M0-136C-22-140-36-154-40-176C-22-174-8-162 0-146M0-136C22-140 36-154 40-176C22-174 8-162 0-146"/></g><g """
                + $"""fill="{x.Cloth.Trim}"><path d="M0-258C14-238 14-224 0-210C-14-224-14-238 0-258Z"/><circle cx="-66" cy="-92" """
                + $"""r="5"/><circle cx="66" cy="-92" r="5"/><circle cx="-50" cy="-190" r="4"/><circle cx="50" cy="-190" r="4"/></g>"""
                + $"""<circle cy="-112" r="6" fill="{x.Cloth.Accent}"/><circle cy="-162" r="5" fill="{x.Cloth.Accent}"/>""")
            .Stitches("M0-274C28-258 74-184 82-88C88 0 76 80 72 150M0-274C-28-258-74-184-82-88C-88 0-76 80-72 150", x.Cloth.Trim)
            .Add(
                """<rect x="-22" y="206" width="44" height="18" rx="2" fill="#f6f1e6" opacity=".9"/><path d="M-13 215h26" """
                + """stroke="#9a4f2b" stroke-width="3"/>"""));
    }

    public static void Sandal(Canvas on)
    {
        Pair(on, x => x
            .Piece(
                "M-14-292C50-300 104-240 104-140C104-40 78 30 80 120C82 220 70 292 0 296C-70 292-88 220-82 120C-78 "
                + "30-108-40-104-140C-100-230-70-286-14-292Z", Leather.Darker(0.45), light: "fall")
            .Piece(
                "M-14-280C44-288 92-232 92-138C92-40 66 30 68 120C70 212 60 280 0 284C-60 280-76 212-70 120C-66 "
                + "30-96-40-92-138C-88-220-62-274-14-280Z", Leather, light: "round", lights: "M-40-200C-60-140-50-60-36 20")
            .Stitches(
                "M-14-268C38-276 80-226 80-136C80-40 54 30 56 120C58 204 50 268 0 272C-50 268-64 204-58 120C-54 "
                + "30-84-40-80-136C-76-214-56-262-14-268Z", Dye.Of("cream"))
            .Piece("M-104-110C-50-150 60-150 104-110L98 0C40-40-40-40-98 0Z", light: "flat", folds: "M-90-60C-40-96 40-96 90-60")
            .Border("M-110-56C-48-94 48-94 110-56", 14)
            .Piece("M-8-248C10-258 26-240 20-214L4-130L-24-134Z", light: "flat").Border("M2-232L-10-134", 7)
            .Stitches("M-98-104C-50-140 56-140 98-104M-94-10C-40-48 40-48 94-10", Dye.Of("cream")));
    }

    public static void Sneaker(Canvas on)
    {
        var rubber = Dye.Of("off white");
        Pair(on, x => x
            .Piece(
                "M-8-306C70-306 116-236 114-140C112-50 90 20 92 130C92 240 66 308 0 310C-66 308-94 240-92 130C-90 "
                + "20-110-50-112-140C-114-236-76-306-8-306Z", rubber.Darker(0.06), light: "round")
            .Piece(
                "M-8-290C58-290 100-226 98-138C96-48 74 20 76 128C76 228 54 292 0 294C-54 292-78 228-76 128C-74 "
                + "20-94-48-96-138C-98-226-64-290-8-290Z", folds: "M-80-60C-60-40-40-36-20-40M80-60C60-40 40-36 20-40",
                lights: "M-44-240C-74-180-70-90-60-20")
            .Piece("M-8-290C58-290 100-226 98-138C70-190 40-202 0-202C-40-202-70-190-96-138C-98-226-64-290-8-290Z",
                x.Cloth.Base.Lighter(0.3), light: "round").Stitches("M-92-126C-70-178-40-190 0-190C40-190 70-178 94-126")
            .Piece("M-60 96C-60 40-34 14 0 14C34 14 60 40 60 96C62 200 44 266 0 268C-44 266-62 200-60 96Z",
                x.Cloth.Base.Darker(0.4), light: "fall")
            .Piece("M-46 110C-46 60-26 40 0 40C26 40 46 60 46 110C48 196 34 250 0 252C-34 250-48 196-46 110Z",
                Dye.Of("ecru"), light: "fall")
            .Piece("M-30-178C-12-186 12-186 30-178C36-110 42-40 46 74C26 96-26 96-46 74C-42-40-36-110-30-178Z",
                x.Cloth.Base.Lighter(0.42), light: "flat")
            .Piece("M-50-168C-40-176-32-178-26-176C-34-100-38-20-44 66L-66 60C-66-20-60-100-50-168Z", light: "flat")
            .Piece("M50-168C40-176 32-178 26-176C34-100 38-20 44 66L66 60C66-20 60-100 50-168Z", light: "flat")
            .Add(
                string.Concat(Enumerable.Range(0, 6)
                    .Select(i =>
                        $"""<path d="M{-42 - i} {-146 + (i * 34)}L{42 + i} {-138 + (i * 34)}" stroke="#000" opacity=".25" """
                        + $"""stroke-width="13" stroke-linecap="round"/><path """
                        + $"""d="M{-42 - i} {-150 + (i * 34)}L{42 + i} {-142 + (i * 34)}" stroke="#fbfaf6" stroke-width="11" """
                        + $"""stroke-linecap="round"/>""")))
            .Add(
                """<path d="M-4 26C-40 50-46 6-8 22M4 26C40 50 46 6 8 22M-4 26C-20 60-28 76-34 96M4 26C20 60 26 74 30 92" fill="none" """
                + """stroke="#fbfaf6" stroke-width="7" stroke-linecap="round"/>""")
            .Piece("M-52 262C-30 284 30 284 52 262L44 288C26 298-26 298-44 288Z", x.Cloth.Accent, light: "flat")
            .Add(
                """<rect x="-20" y="206" width="40" height="17" rx="2" fill="#f6f1e6" opacity=".9"/><path d="M-12 214h24" """
                + """stroke="#9a4f2b" stroke-width="3"/>"""));
    }

    public static void Tote(Canvas on)
    {
        on.Add($"""<path d="M280 470C280 180 520 180 520 470" fill="none" stroke="{Leather.Darker(0.35)}" stroke-width="26"/>""");
        on.Piece("M196 430C330 446 470 446 604 430C612 580 622 740 630 856C500 884 300 884 170 856C178 740 188 580 196 430Z",
            folds: "M240 470C250 600 236 740 230 850M560 470C550 600 564 740 572 850M300 500C340 530 460 530 500 500",
            lights: "M320 470C326 600 316 740 312 860M470 470C466 600 474 740 478 860");
        on.Piece("M194 424C330 440 470 440 606 424L608 472C470 488 330 488 192 472Z", Leather, light: "flat")
            .Stitches("M197 434C330 450 470 450 603 434M195 464C330 480 470 480 605 464", Dye.Of("cream"));
        on.Add(
            $"""<path d="M268 560C262 220 538 220 532 560" fill="none" stroke="{Leather}" stroke-width="28" stroke-linecap="round"/>"""
            + $"""<path d="M268 560C262 220 538 220 532 560" fill="none" stroke="{Leather.Lighter(0.3)}" stroke-width="8" """
            + $"""opacity=".5"/>""");
        on.Stitches("M258 500L258 566L280 566L280 500M520 500L520 566L542 566L542 500", Dye.Of("cream"))
            .Piece("M170 820C300 848 500 848 630 820L632 858C500 888 300 888 168 858Z", Leather.Darker(0.12), light: "flat");
    }

    public static void Sling(Canvas on)
    {
        on.Add(
            $"""<path d="M226 520C120 130 680 130 574 520" fill="none" stroke="{Leather.Darker(0.2)}" stroke-width="18"/><path d="M226 """
            + $"""520C120 130 680 130 574 520" fill="none" stroke="{Leather.Lighter(0.3)}" stroke-width="4" stroke-dasharray="8 6" """
            + $"""opacity=".8"/>""");
        on.Piece("M206 500Q204 484 222 484L578 484Q596 484 594 500L606 770Q608 806 572 808L228 808Q192 806 194 770Z",
            on.Cloth.Base.Darker(0.12), folds: "M230 700C320 770 480 770 570 700");
        on.Piece("M200 496Q200 474 224 474L576 474Q600 474 600 496L592 610C560 690 470 704 400 704C330 704 240 690 208 610Z",
            folds: "M230 600C300 670 500 670 570 600", lights: "M240 510C340 500 460 500 560 510");
        on.Border("M208 606C242 684 330 696 400 696C470 696 558 684 592 606", 16)
            .Add(
                $"""<circle cx="400" cy="664" r="22" fill="{Dye.Gold.Darker(0.15)}"/><circle cx="396" cy="660" r="17" """
                + $"""fill="{Dye.Gold.Lighter(0.25)}"/>""");
        on.Add(
            $"""<g fill="none" stroke="{Dye.Gold.Darker(0.1)}" stroke-width="8"><circle cx="222" cy="500" r="16"/><circle cx="578" """
            + $"""cy="500" r="16"/></g>""")
            .Stitches("M214 500Q214 486 228 486L572 486Q586 486 586 500M206 770Q206 796 230 796L570 796Q594 796 594 770");
    }

    public static void Potli(Canvas on)
    {
        on.Add(
            $"""<path d="M330 420C250 260 300 150 400 150C500 150 550 260 470 420" fill="none" stroke="{on.Cloth.Trim}" """
            + $"""stroke-width="13" stroke-dasharray="9 4"/>""");
        on.Piece(
            "M300 330C330 350 350 330 372 348C390 330 412 330 430 348C450 330 470 350 500 330C500 370 476 400 470 430L330 430C324 400 300 "
            + "370 300 330Z", folds: "M340 350C348 380 350 410 350 430M400 350L400 430M460 350C452 380 450 410 450 430");
        on.Piece("M330 428L470 428C560 500 632 620 618 730C604 830 500 862 400 862C300 862 196 830 182 730C168 620 240 500 330 428Z",
            folds: "M344 440C270 540 236 660 246 790M372 440C330 560 312 700 330 846M428 440C470 560 488 700 470 846M456 440C530 540 564 "
                + "660 554 790",
            lights: "M358 440C300 550 270 680 284 820M400 440C394 560 394 720 400 856M442 440C500 550 530 680 516 820");
        on.Border("M186 706C260 760 540 760 614 706", 34).Border("M328 430L472 430", 20);
        on.Add(
            $"""<g stroke="{on.Cloth.Trim}" stroke-width="7" fill="none"><path d="M470 430C530 470 540 520 548 560M474 432C560 450 580 """
            + $"""500 590 530"/></g><circle cx="549" cy="572" r="13" fill="{on.Cloth.Accent}"/><circle cx="592" cy="542" r="13" """
            + $"""fill="{on.Cloth.Accent}"/>""");
    }

    public static void Belt(Canvas on)
    {
        on.Piece("M150 470C150 330 650 330 650 470L650 536C650 400 150 400 150 536Z", on.Cloth.Base.Darker(0.35), light: "round");
        on.Piece("M150 470C150 610 650 610 650 470L650 536C650 690 150 690 150 536Z", lights: "M190 560C300 640 500 640 610 560",
            folds: "M170 600C300 680 500 680 630 600").Stitches("M153 484C160 620 640 620 647 484M153 530C160 676 640 676 647 530");
        on.Piece("M470 576L650 520Q690 540 664 578L500 638Z", light: "flat").Stitches("M480 584L646 532Q674 546 656 572L504 628");
        foreach (var x in (int[])[540, 576, 612])
            on.Add($"""<ellipse cx="{x}" cy="{588 - ((x - 540) / 3)}" rx="5" ry="4" fill="#1a1412"/>""");
        on.Add(
            $"""<g transform="rotate(-10 420 606)"><rect x="372" y="556" width="96" height="112" rx="14" fill="none" """
            + $"""stroke="{Dye.Gold.Darker(0.3)}" stroke-width="20"/><rect x="370" y="553" width="96" height="112" rx="14" fill="none" """
            + $"""stroke="{Dye.Gold.Lighter(0.2)}" stroke-width="14"/><path d="M372 610L470 606" stroke="{Dye.Gold}" stroke-width="11" """
            + $"""stroke-linecap="round"/></g>""");
    }

    private static void Pair(Canvas on, Action<Canvas> shoe) => on
        .Group("translate(264 520) rotate(-7)", shoe)
        .Group("translate(536 520) rotate(7) scale(-1 1)", shoe);
}
