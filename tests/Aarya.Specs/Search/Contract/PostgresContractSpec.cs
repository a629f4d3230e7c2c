using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;

namespace Aarya.Specs.Search.Contract;

public sealed class PostgresContractSpec(PostgresContractSpec.Shop shop) : SearchContract, IClassFixture<PostgresContractSpec.Shop>
{
    internal override ISearchEngine Engine => shop.Search.Engine;

    public sealed class Shop : IAsyncLifetime
    {
        internal SearchShop Search { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Search = await SearchShop.StartAsync();
            await Search.FillAsync();
        }

        public ValueTask DisposeAsync() => Search.DisposeAsync();
    }
}
