using System.Globalization;
using System.Net;
using System.Text;

namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>Builds a picture of 800 by 1000 from pieces of cloth, one on top of the other, each with its light and its folds.</summary>
internal sealed class Canvas(Cloth cloth)
{
    private readonly StringBuilder drawn = new();
    private readonly StringBuilder definitions = new();
    private int pieces;

    public Cloth Cloth { get; } = cloth;

    private Dye Seam => Cloth.Base.Darker(Cloth.Base.IsDark ? 0.55 : 0.42);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Adds a piece cut along the path.</summary>
    /// <param name="path">SVG path data.</param>
    /// <param name="colour">A colour other than the cloth's; the piece then has no pattern.</param>
    /// <param name="grain">Which way the pattern runs: <c>cloth</c>, or along the sleeves <c>cloth-l</c> and <c>cloth-r</c>.</param>
    /// <param name="folds">Paths of folds, drawn soft and dark inside the piece.</param>
    /// <param name="lights">Paths of ridges, drawn soft and light inside the piece.</param>
    /// <param name="light">The shading: <c>round</c>, <c>flat</c> or <c>fall</c>.</param>
    public Canvas Piece(string path, Dye? colour = null, string grain = "cloth", string folds = "", string lights = "",
        string light = "round")
    {
        var id = $"p{++pieces}";
        definitions.Append($"""<clipPath id="{id}"><path d="{path}"/></clipPath>""");
        drawn.Append($"""<path d="{path}" fill="{colour ?? Cloth.Base}"/>""");
        if (colour is null && Cloth.IsPatterned) drawn.Append($"""<path d="{path}" fill="url(#{grain})"/>""");
        drawn.Append($"""<g clip-path="url(#{id})"><path d="{path}" fill="url(#{light})"/>""");
        if (folds.Length > 0)
            drawn.Append(
                $"""<path d="{folds}" fill="none" stroke="#000" stroke-width="13" stroke-linecap="round" opacity=".17" """
                + $"""filter="url(#soft)"/>""");
        if (lights.Length > 0)
            drawn.Append(
                $"""<path d="{lights}" fill="none" stroke="#fff" stroke-width="12" stroke-linecap="round" opacity=".2" """
                + $"""filter="url(#wide)"/>""");
        drawn.Append($"""<path d="{path}" fill="none" stroke="#000" stroke-width="14" opacity=".16" filter="url(#soft)"/></g>""");
        drawn.Append(
            $"""<path d="{path}" fill="none" stroke="{(colour is { } c ? c.Darker(0.5) : Seam)}" stroke-width="1.6" """
            + $"""stroke-linejoin="round" opacity=".75"/>""");
        return this;
    }

    /// <summary>A seam line.</summary>
    public Canvas Line(string path, double width = 1.8, double opacity = 0.55) =>
        Add(
            $"""<path d="{path}" fill="none" stroke="{Seam}" stroke-width="{Number(width)}" stroke-linecap="round" """
            + $"""opacity="{Number(opacity)}"/>""");

    /// <summary>A row of stitches.</summary>
    public Canvas Stitches(string path, Dye? thread = null) =>
        Add(
            $"""<path d="{path}" fill="none" stroke="{thread ?? Cloth.Base.Lighter(Cloth.Base.IsDark ? 0.45 : 0.25)}" """
            + $"""stroke-width="1.7" stroke-dasharray="6 4" opacity=".8"/>""");

    /// <summary>A woven border along a path, cut off where the last piece ends.</summary>
    public Canvas Border(string path, double width) => Add($"""<g clip-path="url(#p{pieces})">""").Strip(path, width).Add("</g>");

    /// <summary>A woven border along a path, not clipped to a piece.</summary>
    public Canvas Strip(string path, double width)
    {
        var dye = Cloth.Trim;
        return Add($"""
            <g fill="none"><path d="{path}" stroke="{dye}" stroke-width="{Number(width)}"/>
            <path d="{path}" stroke="{dye.Darker(0.35)}" stroke-width="{Number(width)}" stroke-dasharray="2 9" opacity=".55"/>
            <path d="{path}" stroke="{dye.Lighter(0.45)}" stroke-width="{Number(width * 0.34)}"
            stroke-dasharray="{Number(width * 0.34)} {Number(width * 0.4)}" opacity=".85"/></g>
            """);
    }

    public Canvas Button(double x, double y, Dye colour, double radius = 6) => Add($"""
        <g transform="translate({Number(x)} {Number(y)})"><circle r="{Number(radius)}" cx=".8" cy="1.6" fill="#000" opacity=".3"/>
        <circle r="{Number(radius)}" fill="{colour}"/>
        <circle r="{Number(radius * 0.68)}" fill="none" stroke="{colour.Darker(0.3)}" stroke-width="1"/>
        <circle cx="-1.6" r=".9" fill="{colour.Darker(0.6)}"/><circle cx="1.6" r=".9" fill="{colour.Darker(0.6)}"/></g>
        """);

    public Canvas Add(string fragment)
    {
        drawn.Append(fragment);
        return this;
    }

    /// <summary>Draws something moved, turned or mirrored.</summary>
    public Canvas Group(string transform, Action<Canvas> draw)
    {
        drawn.Append($"""<g transform="{transform}">""");
        draw(this);
        drawn.Append("</g>");
        return this;
    }

    /// <summary>The whole picture with its ground, its shadow and its grain. The title is escaped.</summary>
    /// <param name="standsAt">Where it stands on the ground and how wide its shadow is; null when it does not stand.</param>
    public string Finish(string title, (int Y, int Width)? standsAt)
    {
        var floor = standsAt is var (y, width)
            ? $"""<ellipse cx="400" cy="{y}" rx="{width}" ry="24" fill="#2a1d12" opacity=".4" filter="url(#cast)"/>"""
            : "";
        var ground = Cloth.Base.Mix(Dye.Of("ivory"), 0.82);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 1000" width="800" height="1000" role="img">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <defs>
            <radialGradient id="ground" cx=".5" cy=".42" r=".75"><stop offset="0" stop-color="{ground.Lighter(0.7)}"/>
            <stop offset=".65" stop-color="{ground.Lighter(0.35)}"/><stop offset="1" stop-color="{ground.Darker(0.08)}"/></radialGradient>
            <linearGradient id="round" x2="1" y2="0"><stop offset="0" stop-color="#000" stop-opacity=".34"/>
            <stop offset=".16" stop-color="#000" stop-opacity=".1"/><stop offset=".36" stop-color="#fff" stop-opacity=".2"/>
            <stop offset=".56" stop-color="#fff" stop-opacity=".03"/><stop offset=".82" stop-color="#000" stop-opacity=".12"/>
            <stop offset="1" stop-color="#000" stop-opacity=".38"/></linearGradient>
            <linearGradient id="flat" x2=".3" y2="1"><stop offset="0" stop-color="#fff" stop-opacity=".2"/>
            <stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient>
            <linearGradient id="fall" x2="0" y2="1"><stop offset="0" stop-color="#000" stop-opacity=".22"/>
            <stop offset=".2" stop-color="#fff" stop-opacity=".12"/><stop offset=".7" stop-color="#000" stop-opacity=".04"/>
            <stop offset="1" stop-color="#000" stop-opacity=".26"/></linearGradient>
            <filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="7"/></filter>
            <filter id="wide" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="11"/></filter>
            <filter id="cast" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="20"/></filter>
            <filter id="grain" filterUnits="userSpaceOnUse" x="0" y="0" width="800" height="1000">
            <feTurbulence type="fractalNoise" baseFrequency=".85" numOctaves="2" seed="7"/>
            <feColorMatrix values="0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 .28 -.07"/>
            <feComposite in2="SourceAlpha" operator="in" result="thread"/><feGaussianBlur in="SourceAlpha" stdDeviation="15"/>
            <feOffset dx="7" dy="16"/><feComponentTransfer result="shade"><feFuncA type="linear" slope=".3"/></feComponentTransfer>
            <feMerge><feMergeNode in="shade"/><feMergeNode in="SourceGraphic"/><feMergeNode in="thread"/></feMerge></filter>
            {Cloth.Definitions()}{definitions}
            </defs>
            <rect width="800" height="1000" fill="url(#ground)"/>
            {floor}
            <g filter="url(#grain)">{drawn}</g>
            </svg>
            """;
    }
}
