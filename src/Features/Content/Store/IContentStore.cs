using Marten;

namespace Aarya.Features.Content.Store;

/// <summary>The documents and events of this context, in its own schema under its own login.</summary>
public interface IContentStore : IDocumentStore;
