namespace Aarya.Features.Content.Analytics;

/// <summary>By what a report of visits is divided.</summary>
public enum VisitDivision
{
    Source,
    Device,
}
