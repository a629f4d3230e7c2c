namespace Aarya.Infrastructure.Contexts;

/// <summary>
/// One bounded context as the infrastructure knows it: its role, its store and its namespace. What it adds to the host is declared by its
/// module.
/// </summary>
public abstract class BoundedContext
{
    /// <summary>The role that hosts this context, its PostgreSQL schema and its consumer group on every stream.</summary>
    public abstract string Role { get; }

    /// <summary>The TCP port that a process of this role listens on when none is set.</summary>
    public abstract int Port { get; }

    /// <summary>The marker interface of the context's own document store.</summary>
    public abstract Type StoreType { get; }

    internal string Namespace => GetType().Namespace!;

    /// <summary>True when the type is in this context's namespace.</summary>
    internal bool Owns(Type type) =>
        type.Namespace is { } ns && (ns == Namespace || ns.StartsWith(Namespace + ".", StringComparison.Ordinal));
}

/// <summary>The contexts of this process, and those of other processes.</summary>
public sealed record ActiveContexts(IReadOnlyList<BoundedContext> Active, IReadOnlyList<BoundedContext> Dormant)
{
    /// <summary>The context that a handler or endpoint class belongs to, by its namespace.</summary>
    public BoundedContext? Owner(Type type) => Active.FirstOrDefault(x => x.Owns(type));
}
