using System.Text.Json;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Contracts;
using Aarya.Infrastructure.Http;
using Marten;

namespace Aarya.Features.Payment.Privacy;

/// <summary>The payments of a user, with their cards.</summary>
public static class GatherPayerDataHandler
{
    public static async Task<PersonalDataGatheredNotice?> Handle(PersonalDataAskedNotice asked, IQuerySession session,
        CancellationToken cancellation)
    {
        if (asked.Orders is null) return null;
        var payments = await session.PaymentsOfAsync([asked.UserId, .. asked.Guests], asked.Orders, cancellation);
        return new(asked.UserId, asked.ExportId,
            JsonSerializer.Serialize(new { payments = payments.Select(PaymentView.Of) }, AaryaJson.Options));
    }
}
