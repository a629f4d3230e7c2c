using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;

namespace Aarya.Specs.Roles;

public sealed class ContextAddressSpec
{
    private static readonly string Secret = new('s', 32);

    [Fact]
    public void a_context_is_found_on_its_socket_in_the_folder_of_sockets()
    {
        var address = Address(("AARYA_SOCKET_DIR", "/run/shop"));
        Assert.Equal("/run/shop/commerce.sock", address.SocketPath);
        Assert.Equal("/var/run/aarya/commerce.sock", Address().SocketPath);
    }

    [Fact]
    public void a_context_can_be_put_on_another_socket()
    {
        var address = Address(("COMMERCE_URL", "unix:/run/other/shop.sock"), ("AARYA_SOCKET_DIR", "/run/shop"));
        Assert.Equal("/run/other/shop.sock", address.SocketPath);
    }

    [Theory]
    [InlineData("http://10.0.0.7:9010")]
    [InlineData("https://commerce.internal")]
    public void a_context_can_be_put_on_another_machine_when_both_sides_share_a_secret(string url)
    {
        var address = Address(("COMMERCE_URL", url), ("AARYA_MESH_SECRET", Secret));
        Assert.Null(address.SocketPath);
        Assert.Equal(new Uri(url), address.Url);
        Assert.Equal(Secret, address.Secret);
        Assert.DoesNotContain(Secret, address.ToString(), StringComparison.Ordinal);

        Assert.Contains("AARYA_MESH_SECRET", Refusal(("COMMERCE_URL", url)), StringComparison.Ordinal);
        Assert.Contains("32", Refusal(("COMMERCE_URL", url), ("AARYA_MESH_SECRET", "short")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:relative.sock")]
    [InlineData("ftp://host")]
    [InlineData("host:8010")]
    [InlineData("http://host/path")]
    public void an_address_that_leads_nowhere_is_refused_by_name(string setting) =>
        Assert.Contains($"COMMERCE_URL is '{setting}'", Refusal(("COMMERCE_URL", setting), ("AARYA_MESH_SECRET", Secret)),
            StringComparison.Ordinal);

    private static string Refusal(params (string Name, string Value)[] settings) =>
        Assert.Throws<StartupException>(() => Address(settings)).Message;

    private static ContextAddress Address(params (string Name, string Value)[] settings) =>
        ContextAddress.Of(Features.Roles.Commerce,
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(x => x.Name, x => (string?)x.Value)).Build(),
            new HostingEnvironment { EnvironmentName = "Production" });
}
