using Alba;

namespace Aarya.Specs.Support.Hosts;

/// <summary>A second process of the shop that the specs of one class share.</summary>
public sealed class OtherNode(AaryaFixture fixture) : IAsyncLifetime
{
    public IAlbaHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await fixture.AnotherNodeAsync();

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
