using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Deletes an export once its link has expired, or when it was never completed.</summary>
public sealed record ForgetExport(Guid ExportId);

public static class ForgetExportHandler
{
    public static async Task Handle(ForgetExport command, IDocumentSession documents, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await documents.LoadAsync<PersonalExport>(command.ExportId, cancellation) is { } export && !export.IsGoodAt(now))
            documents.Delete(export);
    }
}
