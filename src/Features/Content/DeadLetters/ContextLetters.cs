using Aarya.Infrastructure.Contexts;
using Aarya.Protos.Operations;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Client = Aarya.Protos.Operations.DeadLetters.DeadLettersClient;

namespace Aarya.Features.Content.DeadLetters;

/// <summary>Asks every context for its dead letters, in this process or in another one.</summary>
public sealed class ContextLetters(ActiveContexts contexts, IServiceProvider services)
{
    /// <summary>The contexts of the shop.</summary>
    public IReadOnlyList<string> Names { get; } =
        [.. contexts.Active.Concat(contexts.Dormant).Select(x => x.Role).Order(StringComparer.Ordinal)];

    public bool Has(string context) => Names.Contains(context);

    public Client Of(string context) => services.GetRequiredKeyedService<Client>(context);

    /// <summary>The letter with its message; null when there is no such letter or context.</summary>
    /// <exception cref="RpcException">The context does not answer.</exception>
    public async Task<Letter?> FindAsync(string context, Guid id, CancellationToken cancellation)
    {
        if (!Has(context) || id == Guid.Empty) return null;
        try
        {
            return await Of(context).GetLetterAsync(new() { Context = context, Id = $"{id:D}" }, cancellationToken: cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>What the audit trail says about a letter. Its error may contain what a person has entered, and is left out.</summary>
    public static (string Name, string Value)[] DetailsOf(string context, Letter letter) =>
        [("context", context), ("message", letter.Message), ("reader", letter.Reader), ("error_type", letter.ErrorType)];
}
