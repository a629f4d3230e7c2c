using FluentValidation;

namespace Aarya.Features;

/// <summary>The kind of the visitor's device.</summary>
public enum DeviceKind
{
    Phone,
    Tablet,
    Desktop,
    Other,
}

/// <summary>
/// Where a visit of the storefront came from and on what device, by which reports are divided. It does not identify a person.
/// </summary>
/// <param name="Source">Such as <c>newsletter</c>.</param>
public sealed record VisitOrigin(string? Source = null, DeviceKind? Device = null)
{
    public const string SourcePattern = @"^[a-z0-9][a-z0-9._-]{0,39}\z";
    public const string SourceRule = "must be 1 to 40 lower-case letters, digits, dots, hyphens and underscores.";

    /// <summary>The device as events name it; null when it is not known.</summary>
    public string? DeviceName => Device?.ToString().ToLowerInvariant();

    public sealed class Validator : AbstractValidator<VisitOrigin>
    {
        public Validator() =>
            RuleFor(x => x.Source).Matches(SourcePattern).When(x => x.Source is not null).WithMessage(SourceRule);
    }
}
