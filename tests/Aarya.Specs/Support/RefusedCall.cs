using Aarya.Infrastructure.Grpc;
using Grpc.Core;

namespace Aarya.Specs.Support;

internal static class RefusedCall
{
    /// <summary>The stable code of a refused call, as its caller sees it; null when the call failed in some other way.</summary>
    public static string? CodeOf(RpcException refused) => refused.Trailers.GetValue(Refusal.CodeTrailer);
}
