using Aarya.Sandbox.Truth;

namespace Aarya.Sandbox.Api;

/// <summary>Routes that a real provider does not have: the totals of its books, and settings of its faults.</summary>
internal static class ControlRoutes
{
    public static void MapControls(this IEndpointRouteBuilder v1)
    {
        v1.MapGet("/totals", async (string? reference, Books books) => Wire.Answer(await books.TotalsAsync(reference)));
        v1.MapGet("/settings", (SandboxState state) => Wire.Answer(state.Behaviour));
        v1.MapPut("/settings", (SandboxBehaviour behaviour, SandboxState state) =>
        {
            if (behaviour.Problem is { } problem) return Wire.Refuse(400, "settings_invalid", problem);
            return Wire.Answer(state.Behaviour = behaviour);
        });
    }
}
