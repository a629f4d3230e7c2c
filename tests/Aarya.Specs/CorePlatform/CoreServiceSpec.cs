using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.CorePlatform;

public sealed class CoreServiceSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private Aarya.Protos.Core.Core.CoreClient Core => Host.Services.GetRequiredService<Aarya.Protos.Core.Core.CoreClient>();

    [Fact]
    public async Task other_contexts_learn_who_a_user_is()
    {
        var shopper = await SignedInAsync();
        var user = await Core.GetUserAsync(new() { Id = $"{shopper.User.Id:D}" }, cancellationToken: Cancellation);
        Assert.Equal((shopper.User.Email, "Asha Rao", false), (user.Email, user.Name, user.EmailVerified));
        Assert.Equal(["customer"], user.Roles);
        Assert.InRange(user.RegisteredAtUnixMs, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(),
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        await RefusedAsync(StatusCode.NotFound, "user.not_found", x => x.GetUserAsync(new() { Id = $"{Guid.NewGuid():D}" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", x => x.GetUserAsync(new() { Id = "asha" }));
    }

    [Fact]
    public async Task other_contexts_learn_whose_a_session_is_until_it_ends()
    {
        var guest = await GuestAsync();
        var id = $"{RefreshToken.Parse(guest.RefreshToken)!.SessionId:D}";
        var session = await Core.GetSessionAsync(new() { Id = id }, cancellationToken: Cancellation);
        Assert.Equal(($"{guest.User.Id:D}", true), (session.UserId, session.Guest));
        Assert.Equal(("Unknown device", "", false), (session.Device, session.Address, session.Staff));
        Assert.InRange(session.LastSeenAtUnixMs, session.CreatedAtUnixMs, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.InRange(session.CreatedAtUnixMs, DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(),
            DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

        await Host.Scenario(x => { x.WithBearerToken(guest.AccessToken); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(204); });
        await RefusedAsync(StatusCode.NotFound, "session.not_found", x => x.GetSessionAsync(new() { Id = id }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid", x => x.GetSessionAsync(new() { Id = "" }));
    }

    [Fact]
    public async Task other_contexts_learn_whether_a_token_is_good_and_if_not_why()
    {
        var shopper = await SignedInAsync();
        var good = await Core.ValidateTokenAsync(new() { Token = shopper.AccessToken }, cancellationToken: Cancellation);
        Assert.Equal((true, $"{shopper.User.Id:D}", ""), (good.Active, good.UserId, good.Reason));
        Assert.Equal(["customer"], good.Roles);
        Assert.InRange(good.ExpiresAtUnixMs, DateTimeOffset.UtcNow.AddMinutes(14).ToUnixTimeMilliseconds(),
            DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeMilliseconds());

        var foreign = SigningKey.FromPem(SigningKey.GeneratePem()).Credentials;
        await Host.Scenario(x => { x.WithBearerToken(shopper.AccessToken); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(204); });
        Assert.Equal(
            ["session_ended", "expired", "bad_signature", "malformed", "malformed"],
            await Task.WhenAll(
                new[]
                {
                    shopper.AccessToken,
                    ExpiredTokenLike(shopper.AccessToken),
                    ChangedFrom(shopper.AccessToken, x => x.SigningCredentials = foreign),
                    "x",
                    "",
                }
                .Select(async x =>
                    (await Core.ValidateTokenAsync(new() { Token = x }, cancellationToken: Cancellation)) is { Active: false } bad
                        ? bad.Reason
                        : "active")));
    }

    [Fact]
    public async Task processes_without_core_get_its_keys_by_asking()
    {
        var own = Host.Services.GetRequiredService<SigningKeys>().Current.Public;
        using var keys = new Infrastructure.Security.FetchedVerificationKeys(
            new RemoteSigningKeys(Core), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Infrastructure.Security.FetchedVerificationKeys>.Instance);
        await keys.FetchAsync(Cancellation);
        Assert.Equal((own.X, own.Y), (keys.Find(own.Kid)!.X, keys.Find(own.Kid)!.Y));
    }

    [Fact]
    public async Task other_contexts_learn_an_address_of_its_owner_alone()
    {
        var shopper = await SignedInAsync();
        var entry = new AddressEntry("Asha Rao", "14 Residency Road", null, "Bengaluru", "KA", "560 025", "IN", "+919845012345");
        var added =
            (await AsAsync(shopper, System.Net.HttpStatusCode.Created, x => x.Post.Json(entry).ToUrl("/api/users/me/addresses"))).Response
                .ReadAsJson<AddressView>()!;
        var address =
            await Core.GetAddressAsync(new() { UserId = $"{shopper.User.Id:D}", AddressId = $"{added.Id:D}" },
                cancellationToken: Cancellation);
        Assert.Equal(("Asha Rao", "14 Residency Road", "", "Karnataka", "560025"),
            (address.Name, address.Line1, address.Line2, address.State, address.PostalCode));

        await RefusedAsync(StatusCode.NotFound, "address.not_found",
            x => x.GetAddressAsync(new() { UserId = $"{Guid.NewGuid():D}", AddressId = $"{added.Id:D}" }));
        await RefusedAsync(StatusCode.NotFound, "address.not_found",
            x => x.GetAddressAsync(new() { UserId = $"{shopper.User.Id:D}", AddressId = $"{Guid.NewGuid():D}" }));
        await RefusedAsync(StatusCode.InvalidArgument, "request.invalid",
            x => x.GetAddressAsync(new() { UserId = $"{shopper.User.Id:D}", AddressId = "home" }));
    }

    private async Task RefusedAsync<T>(StatusCode status, string code, Func<Aarya.Protos.Core.Core.CoreClient, AsyncUnaryCall<T>> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await call(Core));
        Assert.Equal((status, code), (refused.StatusCode, RefusedCall.CodeOf(refused)));
    }
}
