namespace Aarya.Infrastructure.Pages;

/// <summary>
/// Marks the endpoints of people who develop against the shop: in production they do not exist, and the description of the API does not
/// name them.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class DevelopmentOnlyAttribute : Attribute;
