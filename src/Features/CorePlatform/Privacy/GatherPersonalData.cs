using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Infrastructure.Http;
using Marten;
using Wolverine;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// Collects what each context stores about the person: commerce answers first, with the orders that the others are asked about. When the
/// last part has come, the link is mailed.
/// </summary>
public static class GatherPersonalDataHandler
{
    public static async Task<OutgoingMessages> Handle(
        CommerceDataGatheredNotice part, IDocumentSession documents, SessionStore sessions, MailedLinks links, DateTimeOffset now,
        CancellationToken cancellation) =>
    [
        .. await AddAsync(Roles.Commerce, part.ExportId, part.Json, documents, sessions, links, now, cancellation),
        new PersonalDataAskedNotice(part.UserId, part.ExportId, await documents.GuestsOfAsync(part.UserId, cancellation), part.Orders),
    ];

    public static Task<OutgoingMessages> Handle(PaymentDataGatheredNotice part, IDocumentSession documents, SessionStore sessions,
        MailedLinks links, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Payment, part.ExportId, part.Json, documents, sessions, links, now, cancellation);

    public static Task<OutgoingMessages> Handle(ContentDataGatheredNotice part, IDocumentSession documents, SessionStore sessions,
        MailedLinks links, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Content, part.ExportId, part.Json, documents, sessions, links, now, cancellation);

    public static Task<OutgoingMessages> Handle(SearchDataGatheredNotice part, IDocumentSession documents, SessionStore sessions,
        MailedLinks links, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Search, part.ExportId, part.Json, documents, sessions, links, now, cancellation);

    private static async Task<OutgoingMessages> AddAsync(
        string context, Guid exportId, string json, IDocumentSession documents, SessionStore sessions, MailedLinks links,
        DateTimeOffset now, CancellationToken cancellation)
    {
        // The person was erased meanwhile, or the last part came twice.
        if (await documents.LoadAsync<PersonalExport>(exportId, cancellation) is not { IsReady: false } export
            || await documents.LoadAsync<User>(export.UserId, cancellation) is not { } user) return [];
        export.Parts[context] = json;
        documents.Update(export);
        if (!PersonalExport.Contexts.All(export.Parts.ContainsKey))
        {
            export.Gathered = [.. export.Parts.Keys];
            return [];
        }

        export.Parts[Roles.Core] = await AccountOfAsync(user, documents, sessions, cancellation);
        export.Gathered = [.. export.Parts.Keys];
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        export.TokenHash = FetchExportEndpoint.HashOf(token);
        export.ExpiresAt = now + PersonalExport.Lifetime;
        return
        [
            new PersonalDataReadyNotice(user.Id, export.Id, user.Email, user.Name, links.ToExport(token), export.ExpiresAt.Value,
                user.Language),
            new ForgetExport(export.Id).ScheduledAt(export.ExpiresAt.Value),
        ];
    }

    // Everything except the secrets: hashes, stamps and keys are not about the person.
    private static async Task<string> AccountOfAsync(User user, IQuerySession documents, SessionStore sessions,
        CancellationToken cancellation)
    {
        var book = await documents.LoadAsync<AddressBook>(user.Id, cancellation);
        var acts = await documents.Query<AuditEntry>().Where(x => x.ActorId == user.Id || x.TargetId == user.Id.ToString())
            .OrderBy(x => x.Id).ToListAsync(cancellation);
        return JsonSerializer.Serialize(new
        {
            account = new
            {
                user.Id,
                user.Email,
                user.EmailVerified,
                user.PendingEmail,
                user.Name,
                user.Phone,
                user.Language,
                user.Roles,
                user.RegisteredAt,
                TwoFactor = user.TwoFactorEnabled,
            },
            addresses = book?.Addresses.Select(x => AddressView.Of(book, x.Id)) ?? [],
            sessions = (await sessions.ListAsync(user.Id))
                .Select(x => new { x.Id, Device = x.From.Name, x.From.Address, x.CreatedAt, x.LastSeenAt }),
            audit = acts.Select(AuditEntryView.Of),
        }, AaryaJson.Options);
    }
}
