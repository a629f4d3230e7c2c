using Aarya.Features.Addresses;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Flags;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Security;
using Grpc.Core;

namespace Aarya.Features.CorePlatform;

/// <summary>The CorePlatform context as other contexts see it; see protos/core.proto.</summary>
public sealed class CoreService(ICoreStore store, SigningKeys keys, SessionStore sessions, AccessTokenValidator tokens, IFlagSource flags)
    : Protos.Core.Core.CoreBase
{
    public override async Task<Protos.Core.User> GetUser(Protos.Core.GetUserRequest request, ServerCallContext context)
    {
        await using var documents = store.QuerySession();
        var user = await documents.LoadAsync<User>(Refusal.UnlessUuid(request.Id, "id"), context.CancellationToken)
            ?? throw Refusal.NotFound("user");
        return new()
        {
            Id = $"{user.Id:D}",
            Email = user.Email,
            Name = user.Name,
            EmailVerified = user.EmailVerified,
            RegisteredAtUnixMs = user.RegisteredAt.ToUnixTimeMilliseconds(),
            Roles = { user.Roles },
            Deactivated = user.DeactivatedAt is not null,
        };
    }

    public override async Task<Protos.Core.Session> GetSession(Protos.Core.GetSessionRequest request, ServerCallContext context)
    {
        var session = await sessions.FindAsync(Refusal.UnlessUuid(request.Id, "id")) ?? throw Refusal.NotFound("session");
        return new()
        {
            Id = $"{session.Id:D}",
            UserId = $"{session.UserId:D}",
            Guest = session.IsGuest,
            CreatedAtUnixMs = session.CreatedAt.ToUnixTimeMilliseconds(),
            LastSeenAtUnixMs = session.LastSeenAt.ToUnixTimeMilliseconds(),
            Device = session.From.Name,
            Address = session.From.Address,
            Staff = session.IsStaff,
        };
    }

    public override async Task<Protos.Core.ValidationResult> ValidateToken(Protos.Core.ValidateTokenRequest request,
        ServerCallContext context)
    {
        var (token, fault) = await tokens.CheckAsync(request.Token.AsMemory());
        if (fault == TokenFault.KeysUnknown) throw BearerHandler.KeysUnknown();
        if (fault == TokenFault.None && (await sessions.FindAsync(token!.Caller.SessionId))?.UserId != token.Caller.Subject)
            fault = TokenFault.SessionEnded;
        if (fault != TokenFault.None) return new() { Active = false, Reason = ReasonOf(fault) };
        return new()
        {
            Active = true,
            UserId = $"{token!.Caller.Subject:D}",
            SessionId = $"{token.Caller.SessionId:D}",
            Roles = { token.Caller.RoleNames },
            ExpiresAtUnixMs = token.ExpiresAt.ToUnixTimeMilliseconds(),
        };
    }

    public override Task<Protos.Core.SigningKeys> GetSigningKeys(Protos.Core.GetSigningKeysRequest request, ServerCallContext context)
    {
        var (json, isComplete) = keys.Jwks;
        return Task.FromResult(new Protos.Core.SigningKeys { JwksJson = json, IsComplete = isComplete });
    }

    public override async Task<Protos.Core.FlagSet> GetFlags(Protos.Core.GetFlagsRequest request, ServerCallContext context) =>
        new() { Flags = { (await flags.FetchAsync(context.CancellationToken)).Select(FlagWire.Write) } };

    public override async Task<Protos.Core.Address> GetAddress(Protos.Core.GetAddressRequest request, ServerCallContext context)
    {
        var (owner, id) = (Refusal.UnlessUuid(request.UserId, "user_id"), Refusal.UnlessUuid(request.AddressId, "address_id"));
        await using var documents = store.QuerySession();
        var book = await documents.LoadAsync<AddressBook>(owner, context.CancellationToken);
        var found = book?.Find(id) ?? throw Refusal.NotFound("address");
        return new()
        {
            Id = $"{found.Id:D}",
            Name = found.Name,
            Line1 = found.Line1,
            Line2 = found.Line2 ?? "",
            City = found.City,
            State = found.State,
            PostalCode = found.PostalCode,
            Country = found.Country,
            Phone = found.Phone,
        };
    }

    private static string ReasonOf(TokenFault fault) => fault switch
    {
        TokenFault.Expired => "expired",
        TokenFault.BadSignature => "bad_signature",
        TokenFault.SessionEnded => "session_ended",
        _ => "malformed",
    };
}
