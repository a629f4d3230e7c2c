using Aarya.Features.Commerce;
using Aarya.Features.Content;
using Aarya.Features.CorePlatform;
using Aarya.Features.Payment;
using Aarya.Features.Search;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging.WireEvents;

[assembly: MessagesNamedByContext]

namespace Aarya.Features;

/// <summary>Every bounded context of the shop.</summary>
public static class Modules
{
    public static IReadOnlyList<Module> All { get; } =
        [new CorePlatformModule(), new CommerceModule(), new PaymentModule(), new ContentModule(), new SearchModule()];
}
