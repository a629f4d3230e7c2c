namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>Garments worn above the waist, or from the shoulders down.</summary>
internal static class Tops
{
    private static readonly Dye Shell = Dye.Of("ivory");

    public static void Shirt(Canvas on, StableChoice choice)
    {
        var isShort = choice.Next(3) == 0;
        Inside(on, 205);
        if (isShort) ShortSleeves(on);
        else LongSleeves(on, Cuffs.Buttoned);
        on.Piece(
            "M318 208C296 222 262 236 240 250C244 300 256 350 262 402C270 480 266 560 262 640C258 720 256 770 254 800C300 838 350 846 400 "
            + "846C450 846 500 838 546 800C544 770 542 720 538 640C534 560 530 480 538 402C544 350 556 300 560 250C538 236 504 222 482 "
            + "208C470 250 440 268 400 272C360 268 330 250 318 208Z",
            folds: "M290 420C320 520 300 640 286 760M516 430C488 520 500 640 518 770M330 560C350 640 340 720 336 800",
            lights: "M350 330C356 480 352 620 350 800M470 340C462 480 470 620 468 800");
        on.Piece("M386 272L414 272L416 846L384 846Z", light: "flat").Stitches("M388 274L387 846M412 274L413 846");
        for (var y = 306; y < 820; y += 82) on.Button(400, y, Shell);
        on.Piece("M440 400L520 396L522 470Q481 492 442 472Z", light: "flat").Stitches("M444 408L516 404");
        Collar(on);
        on.Line("M262 402C258 380 250 320 240 252M538 402C542 380 550 320 560 252")
            .Stitches("M258 792C302 828 352 836 400 836C448 836 498 828 542 792");
    }

    public static void TShirt(Canvas on, bool polo)
    {
        Inside(on, 208);
        ShortSleeves(on);
        on.Piece(
            "M316 214C294 226 262 240 240 252C246 300 258 350 262 404C268 520 266 640 262 806C310 818 490 818 538 806C534 640 532 520 538 "
            + "404C542 350 554 300 560 252C538 240 506 226 484 214C474 250 440 270 400 272C360 270 326 250 316 214Z",
            folds: "M288 420C316 560 296 680 288 780M512 430C488 560 504 680 514 780M340 500C380 560 420 560 460 500",
            lights: "M352 330C352 500 352 640 350 790M468 340C462 500 468 640 466 790");
        on.Stitches("M264 792C310 804 490 804 536 792");
        if (polo)
        {
            on.Piece("M384 272L416 272L418 412L382 412Z", light: "flat").Button(400, 304, Shell).Button(400, 344, Shell)
                .Button(400, 384, Shell);
            Collar(on);
            return;
        }

        on.Piece("M316 214C326 252 360 272 400 274C440 272 474 252 484 214L466 206C458 238 434 254 400 256C366 254 342 238 334 206Z",
            light: "flat").Stitches("M322 226C336 262 366 280 400 282C434 280 464 262 478 226");
    }

    public static void Kurta(Canvas on, StableChoice choice, bool patterned)
    {
        Inside(on, 200);
        var isBordered = !patterned || choice.Next(2) == 0;
        LongSleeves(on, isBordered ? Cuffs.Bordered : Cuffs.Plain);
        on.Piece(
            "M322 206C300 220 264 232 242 246C246 300 256 350 264 404C270 470 264 560 256 660C248 760 240 850 234 916C300 934 500 934 566 "
            + "916C560 850 552 760 544 660C536 560 530 470 536 404C544 350 554 300 558 246C536 232 500 220 478 206C466 236 440 250 400 "
            + "252C360 250 334 236 322 206Z",
            folds: "M284 430C312 560 284 720 262 900M518 430C490 560 518 720 540 900M340 560C352 680 336 800 324 920M470 600C462 720 476 "
                + "820 482 920",
            lights: "M310 480C322 640 300 780 290 910M372 480C378 640 368 800 366 920M438 480C432 640 442 800 446 920");
        on.Line("M258 640C252 740 244 840 238 914M542 640C548 740 556 840 562 914", 3, 0.6);
        if (isBordered) on.Border("M230 906C300 924 500 924 570 906", 22);
        on.Piece("M382 250L418 250L420 452Q400 470 380 452Z", light: "flat").Stitches("M386 252L384 448M414 252L416 448");
        for (var y = 284; y < 450; y += 46) on.Button(400, y, on.Cloth.Trim, 5.5);
        Band(on);
    }

    public static void Anarkali(Canvas on)
    {
        Inside(on, 208);
        LongSleeves(on, Cuffs.Bordered);
        on.Piece("M300 470C270 620 200 790 150 912C240 952 560 952 650 912C600 790 530 620 500 470Z",
            folds: "M330 480C310 640 260 800 226 926M368 480C360 640 340 800 326 940M432 480C440 640 460 800 474 940M470 480C490 640 540 "
                + "800 574 926M400 500L400 944",
            lights: "M350 480C334 640 300 800 276 936M388 480C384 640 376 800 368 944M414 480C420 640 430 800 436 944M452 480C466 640 500 "
                + "800 524 936");
        on.Border("M140 898C244 940 556 940 660 898", 44).Border("M150 858C252 900 548 900 650 858", 9);
        on.Piece(
            "M318 212C298 226 264 238 244 250C248 300 262 350 270 404C280 436 292 452 298 476C350 490 450 490 502 476C508 452 520 436 530 "
            + "404C538 350 552 300 556 250C536 238 502 226 482 212C474 262 440 292 400 318C360 292 326 262 318 212Z",
            folds: "M290 420C312 440 330 460 340 480M510 420C488 440 470 460 460 480",
            lights: "M352 330C352 390 350 430 346 476M462 330C458 390 460 430 464 476");
        on.Border("M318 208C328 260 362 292 400 318C438 292 472 260 482 208", 30).Border("M290 472C350 488 450 488 510 472", 18);
    }

    public static void Dress(Canvas on, StableChoice choice)
    {
        Inside(on, 212);
        if (choice.Next(2) == 0) ShortSleeves(on);
        on.Piece("M306 478C282 600 236 760 204 884C290 914 510 914 596 884C564 760 518 600 494 478Z",
            folds: "M336 486C322 640 280 780 262 890M372 486C366 640 348 790 340 900M432 486C438 640 452 790 460 900M466 486C482 640 520 "
                + "780 538 890", lights: "M354 486C344 640 314 790 302 896M402 490L400 904M448 486C458 640 486 790 498 896");
        on.Stitches("M208 872C292 902 508 902 592 872");
        on.Piece(
            "M322 216C300 228 272 240 256 254C262 300 270 352 276 404C286 440 300 456 306 484C352 496 448 496 494 484C500 456 514 440 524 "
            + "404C530 352 538 300 544 254C528 240 500 228 478 216C468 268 436 296 400 330C364 296 332 268 322 216Z",
            folds: "M296 410C318 440 332 462 340 486M504 410C482 440 468 462 460 486",
            lights: "M350 340C352 400 350 440 346 482M456 340C454 400 456 440 460 482");
        on.Piece("M304 470C352 484 448 484 496 470L498 496C450 510 350 510 302 496Z", light: "flat")
            .Stitches("M322 218C332 268 364 298 400 332C436 298 468 268 478 218");
        on.Line("M470 492C492 520 486 560 494 610M474 492C508 520 512 548 524 590", 7, 0.5);
    }

    public static void Waistcoat(Canvas on)
    {
        var lining = on.Cloth.Base.Darker(0.45);
        on.Piece("M330 204C360 190 440 190 470 204C466 236 438 250 400 252C362 250 334 236 330 204Z", lining, light: "fall");
        on.Piece(
            "M322 206C304 220 276 230 256 240C282 292 290 356 276 420C272 520 268 640 264 764C310 780 372 784 400 784C428 784 490 780 536 "
            + "764C532 640 528 520 524 420C510 356 518 292 544 240C524 230 496 220 478 206C466 236 440 250 400 252C360 250 334 236 322 "
            + "206Z",
            folds: "M300 440C322 560 306 660 296 760M500 440C478 560 494 660 504 760",
            lights: "M344 320C352 480 346 640 342 770M452 320C446 480 452 640 456 770");
        on.Line("M404 252C406 430 406 610 404 784", 2.6, 0.8).Stitches("M392 254L391 782");
        for (var y = 290; y < 760; y += 78) on.Button(400, y, on.Cloth.Trim, 8);
        on.Piece("M438 360L512 350L514 368L440 378Z", light: "flat")
            .Add(
                $"""<path d="M450 360L462 322L476 350L490 318L502 352Z" fill="{on.Cloth.Accent}" stroke="{on.Cloth.Accent.Darker(0.4)}" """
                + $"""stroke-width="1.4"/>""");
        on.Piece("M286 596L366 604L366 622L286 614Z", light: "flat").Piece("M514 596L434 604L434 622L514 614Z", light: "flat");
        Band(on);
        on.Line("M256 240C282 292 290 356 276 420M544 240C518 292 510 356 524 420", 4, 0.5);
    }

    public static void Blazer(Canvas on)
    {
        var lining = on.Cloth.Accent.Darker(0.25);
        LongSleeves(on, Cuffs.Plain);
        for (var i = 0; i < 3; i++)
            on.Button(138 + (i * 2), 596 + (i * 18), on.Cloth.Base.Darker(0.6), 4.5)
                .Button(662 - (i * 2), 596 + (i * 18), on.Cloth.Base.Darker(0.6), 4.5);
        on.Piece("M330 206C360 190 440 190 470 206L452 330L400 500L348 330Z", lining, light: "fall")
            .Add("""<rect x="382" y="216" width="36" height="16" rx="2" fill="#f4efe4" opacity=".9"/>""");
        on.Piece(
            "M324 206C300 222 264 234 242 248C248 300 258 350 264 404C272 480 266 560 260 640C256 710 252 770 250 812C290 830 350 836 392 "
            + "820C404 760 404 620 396 520C372 440 344 330 324 206Z",
            folds: "M290 440C316 540 298 660 286 790", lights: "M340 420C356 560 350 700 340 820");
        on.Piece(
            "M476 206C500 222 536 234 558 248C552 300 542 350 536 404C528 480 534 560 540 640C544 710 548 770 550 812C510 830 450 836 408 "
            + "820C396 760 392 620 396 520C428 440 456 330 476 206Z",
            folds: "M510 440C484 540 502 660 514 790", lights: "M456 420C444 560 450 700 460 820");
        on.Piece("M330 206C312 230 300 270 296 330L330 344L316 372C340 430 368 480 396 522C384 420 358 310 330 206Z", light: "flat")
            .Piece("M470 206C488 230 500 270 504 330L470 344L484 372C460 430 428 480 396 522C414 420 442 310 470 206Z", light: "flat");
        on.Button(412, 560, on.Cloth.Base.Darker(0.6), 9).Button(412, 640, on.Cloth.Base.Darker(0.6), 9);
        on.Piece("M276 640L362 652L362 682L276 670Z", light: "flat").Piece("M524 640L438 652L438 682L524 670Z", light: "flat")
            .Piece("M452 396L514 388L515 404L453 412Z", light: "flat");
    }

    public static void Bomber(Canvas on)
    {
        var rib = on.Cloth.Base.Darker(0.28);
        Inside(on, 206);
        LongSleeves(on, Cuffs.Plain);
        on.Piece("M112 628L200 652L192 690Q150 686 108 664Z", rib, light: "flat")
            .Piece("M688 628L600 652L608 690Q650 686 692 664Z", rib, light: "flat");
        on.Piece(
            "M318 212C296 226 262 238 240 250C246 300 252 350 258 404C250 500 250 620 262 716C320 730 480 730 538 716C550 620 550 500 542 "
            + "404C548 350 554 300 560 250C538 238 504 226 482 212C470 244 440 258 400 260C360 258 330 244 318 212Z",
            folds: "M280 430C316 540 288 640 284 710M520 430C484 540 512 640 516 710M300 690C320 660 330 640 336 600M500 690C480 660 470 "
                + "640 464 600", lights: "M340 330C350 460 342 600 336 700M460 330C452 460 458 600 464 700");
        on.Piece("M262 708C320 722 480 722 538 708L534 762C480 776 320 776 266 762Z", rib, light: "round");
        for (var x = 280; x < 530; x += 12) on.Line($"M{x} 714L{x + 1} 764", 1.2, 0.35);
        on.Add(
            """<path d="M400 258L400 768" stroke="#c9ccd1" stroke-width="9"/><path d="M400 258L400 768" stroke="#6d7076" """
            + """stroke-width="9" stroke-dasharray="3 4"/><rect x="393" y="276" width="14" height="34" rx="4" fill="#b9bcc2" """
            + """stroke="#6d7076"/>""");
        on.Stitches("M388 262L388 716M412 262L412 716").Piece("M292 560L352 520L362 534L302 574Z", light: "flat")
            .Piece("M508 560L448 520L438 534L498 574Z", light: "flat");
        on.Piece("M318 212C330 244 360 258 400 260C440 258 470 244 482 212L468 204C456 224 432 232 400 234C368 232 344 224 332 204Z", rib,
            light: "flat");
    }

    public static void DenimJacket(Canvas on)
    {
        var thread = Dye.Of("mustard").Lighter(0.15);
        var copper = Dye.Of("rust").Lighter(0.15);
        Inside(on, 206);
        LongSleeves(on, Cuffs.Buttoned);
        on.Piece(
            "M318 210C296 224 262 238 240 250C246 300 254 350 260 404C266 500 264 600 266 712C320 724 480 724 534 712C536 600 534 500 540 "
            + "404C546 350 554 300 560 250C538 238 504 224 482 210C470 250 440 266 400 270C360 266 330 250 318 210Z",
            folds: "M288 430C318 540 296 640 290 706M512 430C482 540 504 640 510 706",
            lights: "M344 400C350 500 340 620 326 706M456 400C450 500 460 620 474 706");
        on.Piece("M266 704C320 716 480 716 534 704L532 754C480 766 320 766 268 754Z", light: "flat")
            .Stitches("M268 712C320 724 480 724 532 712M270 746C320 758 480 758 530 746", thread);
        on.Stitches(
            "M250 330C300 346 360 350 384 350M550 330C500 346 440 350 416 350M330 352L352 704M470 352L448 704M296 352L316 704M504 352L484 "
            + "704", thread);
        on.Piece("M284 352L368 358L366 392L326 408L286 388Z", light: "flat")
            .Piece("M516 352L432 358L434 392L474 408L514 388Z", light: "flat");
        on.Stitches("M288 358L364 363L362 388L326 402L290 384ZM512 358L436 363L438 388L474 402L510 384Z", thread)
            .Button(326, 390, copper, 6).Button(474, 390, copper, 6);
        on.Piece("M384 270L416 270L417 756L383 756Z", light: "flat").Stitches("M388 272L387 752M412 272L413 752", thread);
        for (var y = 306; y < 750; y += 72) on.Button(400, y, copper, 8);
        Collar(on);
    }

    // The inside of the back, seen through the neck, with the maker's label.
    private static void Inside(Canvas on, int top) => on
        .Piece(
            $"M314 {top + 8}C350 {top - 20} 450 {top - 20} 486 {top + 8}C486 {top + 60} 440 350 400 352C360 350 314 {top + 60} 314 "
            + $"{top + 8}Z", on.Cloth.Base.Darker(0.38), light: "fall")
        .Add(
            $"""<rect x="380" y="{top + 2}" width="40" height="17" rx="2" fill="#f6f1e6"/><path d="M388 {top + 11}h24" stroke="#9a4f2b" """
            + $"""stroke-width="3"/>""");

    private static void Collar(Canvas on) => on
        .Piece("M330 204C318 216 310 232 308 250L350 316L400 270C366 262 342 238 330 204Z", light: "flat")
        .Piece("M470 204C482 216 490 232 492 250L450 316L400 270C434 262 458 238 470 204Z", light: "flat")
        .Stitches("M314 250L350 306L390 270M486 250L450 306L410 270");

    private static void Band(Canvas on) => on
        .Piece("M322 206C334 236 360 250 396 254L398 226C368 222 348 214 336 202Z", light: "flat")
        .Piece("M478 206C466 236 440 250 404 254L402 226C432 222 452 214 464 202Z", light: "flat")
        .Stitches("M328 212C342 234 366 244 396 248M472 212C458 234 434 244 404 248");

    private enum Cuffs
    {
        Plain,
        Bordered,
        Buttoned,
    }

    private static void LongSleeves(Canvas on, Cuffs cuffs)
    {
        on.Piece(
            "M250 244C216 258 198 300 186 360C166 450 142 540 116 634Q114 644 124 648L190 666Q200 668 203 658C226 580 252 500 268 420C270 "
            + "360 262 300 250 244Z", grain: "cloth-l",
            folds: "M238 300C220 380 200 470 172 580M180 500C200 510 220 510 240 500M160 580C180 592 200 594 216 588",
            lights: "M218 300C200 380 176 480 148 590");
        if (cuffs == Cuffs.Bordered) on.Border("M110 632L210 660", 26);
        on.Piece(
            "M550 244C584 258 602 300 614 360C634 450 658 540 684 634Q686 644 676 648L610 666Q600 668 597 658C574 580 548 500 532 420C530 "
            + "360 538 300 550 244Z", grain: "cloth-r",
            folds: "M562 300C580 380 600 470 628 580M620 500C600 510 580 510 560 500M640 580C620 592 600 594 584 588",
            lights: "M582 300C600 380 624 480 652 590");
        if (cuffs == Cuffs.Bordered) on.Border("M690 632L590 660", 26);
        if (cuffs != Cuffs.Buttoned) return;
        on.Piece("M122 606L212 630L200 672Q158 672 112 648Z", grain: "cloth-l", light: "flat")
            .Piece("M678 606L588 630L600 672Q642 672 688 648Z", grain: "cloth-r", light: "flat");
        on.Stitches("M126 616L206 638M674 616L594 638").Button(184, 652, Shell, 5).Button(616, 652, Shell, 5);
    }

    private static void ShortSleeves(Canvas on)
    {
        on.Piece("M252 246C214 262 186 320 160 410Q158 420 168 424L252 448Q262 450 264 440C270 370 266 300 252 246Z", grain: "cloth-l",
            folds: "M240 310C224 360 208 400 196 430", lights: "M214 300C200 350 186 390 178 416").Stitches("M166 404L260 430");
        on.Piece("M548 246C586 262 614 320 640 410Q642 420 632 424L548 448Q538 450 536 440C530 370 534 300 548 246Z", grain: "cloth-r",
            folds: "M560 310C576 360 592 400 604 430", lights: "M586 300C600 350 614 390 622 416").Stitches("M634 404L540 430");
    }
}
