using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Api;

internal static class RefundRoutes
{
    public static void MapRefunds(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/refunds", async (RefundRequest request, Books books) =>
        {
            if (request.ChargeId is not { Length: > 0 } chargeId) return Wire.Refuse(400, "charge_id_invalid", "chargeId is missing.");
            if (request.Reference is not { Length: > 0 and <= 200 } reference)
                return Wire.Refuse(400, "reference_invalid", "reference is missing or too long.");
            if (request.Amount is not (> 0 and var amount))
                return Wire.Refuse(400, "amount_invalid", "amount must be a positive number of minor units.");
            var (refund, refusal) = await books.RefundAsync(chargeId, reference, amount);
            return refusal is null ? Wire.Answer(refund!) : Wire.Refuse(refusal);
        });
        v1.MapGet("/refunds", async (string reference, Books books) =>
            Wire.Answer(new { items = await books.RefundOfAsync(reference) is { } refund ? new[] { refund } : [] }));
    }
}
