using Aarya.Features.Storefront;
using Aarya.Infrastructure.Ids;
using JasperFx.Metadata;

namespace Aarya.Features.Content.Notifications;

/// <summary>A message to a shopper, stored so that it can be read later and on another device.</summary>
public sealed class Notification : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public Guid Subject { get; set; }

    /// <summary>The kind of its letter, such as order_packed.</summary>
    public string Kind { get; set; } = "";

    public string Title { get; set; } = "";

    public string Body { get; set; } = "";

    public Guid? OrderId { get; set; }

    public DateTimeOffset CreatedAt
    {
        get;
        set => field = value.ToMicrosecond();
    }

    public DateTimeOffset? ReadAt { get; set; }

    public NotificationNews ToNews() => new(Id, Kind, Title);

    /// <summary>One id per occasion: the same news received twice is one notification.</summary>
    public static Guid IdOf(string kind, Guid about) => NamedUuid.Of($"{kind}:{about:N}");
}
