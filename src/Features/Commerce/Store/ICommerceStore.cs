using Marten;

namespace Aarya.Features.Commerce.Store;

/// <summary>The documents and events of this context, in its own schema under its own login.</summary>
public interface ICommerceStore : IDocumentStore;
