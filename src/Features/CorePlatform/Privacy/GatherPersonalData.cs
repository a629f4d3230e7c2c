using Aarya.Infrastructure.Hosting;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Wolverine;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>One context after another sends what it holds; with the last of them the link is mailed.</summary>
public static class PersonalDataGatheredHandler
{
    public static Task<OutgoingMessages> Handle(CommerceDataGathered part, IDocumentSession documents, PrivacyOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Commerce, part.ExportId, part.Json, documents, options, now, cancellation);

    public static Task<OutgoingMessages> Handle(PaymentDataGathered part, IDocumentSession documents, PrivacyOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Payment, part.ExportId, part.Json, documents, options, now, cancellation);

    public static Task<OutgoingMessages> Handle(ContentDataGathered part, IDocumentSession documents, PrivacyOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Content, part.ExportId, part.Json, documents, options, now, cancellation);

    public static Task<OutgoingMessages> Handle(SearchDataGathered part, IDocumentSession documents, PrivacyOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        AddAsync(Roles.Search, part.ExportId, part.Json, documents, options, now, cancellation);

    private static async Task<OutgoingMessages> AddAsync(
        string context, Guid exportId, string json, IDocumentSession documents, PrivacyOptions options, DateTimeOffset now, CancellationToken cancellation)
    {
        // Erased meanwhile, or the last part came twice.
        if (await documents.LoadAsync<PersonalExport>(exportId, cancellation) is not { IsReady: false } export
            || await documents.LoadAsync<User>(export.UserId, cancellation) is not { } user) return [];
        export.Parts[context] = json;
        documents.Store(export);
        if (!PersonalExport.Contexts.All(export.Parts.ContainsKey))
        {
            export.Gathered = [.. export.Parts.Keys];
            return [];
        }

        export.Parts[Roles.Core] = JsonSerializer.Serialize(new { account = AccountOf(user) }, AaryaJson.Options);
        export.Gathered = [.. export.Parts.Keys];
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        export.TokenHash = FetchExportEndpoint.HashOf(token);
        export.ExpiresAt = now + PersonalExport.Lifetime;
        return
        [
            new PersonalDataReady(user.Id, export.Id, user.Email, user.Name, $"{options.PublicUrl}/api/users/exports/{token}", export.ExpiresAt.Value),
            new ForgetExport(export.Id).ScheduledAt(export.ExpiresAt.Value),
        ];
    }

    // Whatever is marked as personal is what the person may see; secrets are not marked.
    private static Dictionary<string, object?> AccountOf(User user)
    {
        Dictionary<string, object?> account = new() { ["id"] = user.Id, ["registeredAt"] = user.RegisteredAt, ["emailVerified"] = user.EmailVerified, ["roles"] = user.Roles };
        foreach (var property in typeof(User).GetProperties().Where(x => x.IsDefined(typeof(PersonalAttribute), inherit: true)))
            account[JsonNamingPolicy.CamelCase.ConvertName(property.Name)] = property.GetValue(user);
        return account;
    }
}

/// <summary>Removes the file once its link has expired.</summary>
public sealed record ForgetExport(Guid ExportId);

public static class ForgetExportHandler
{
    public static void Handle(ForgetExport command, IDocumentSession documents) => documents.Delete<PersonalExport>(command.ExportId);
}
