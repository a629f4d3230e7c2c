using Marten;

namespace Aarya.Features.Search.Store;

/// <summary>The documents and events of this context, in its own schema under its own login.</summary>
public interface ISearchStore : IDocumentStore;
