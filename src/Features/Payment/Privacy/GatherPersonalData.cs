using System.Text.Json;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Contracts;
using Aarya.Infrastructure.Http;
using Marten;

namespace Aarya.Features.Payment.Privacy;

/// <summary>What somebody paid, and with which card.</summary>
public static class PersonalDataAskedHandler
{
    public static async Task<PersonalDataGathered> Handle(PersonalDataAsked asked, IQuerySession session, CancellationToken cancellation) => new(asked.UserId, asked.ExportId,
        JsonSerializer.Serialize(new { payments = (await session.PaymentsOfAsync(asked.UserId, [], cancellation)).Select(PaymentView.Of) }, AaryaJson.Options));
}
