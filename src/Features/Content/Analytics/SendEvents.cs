using Aarya.Infrastructure.Idempotency;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Analytics;

/// <summary>What a visitor of the storefront does and is counted. The shop itself counts what is put into carts and bought.</summary>
public enum VisitorEventKind
{
    /// <summary>A page was shown; <c>path</c> says which.</summary>
    PageView,

    /// <summary>A product's page was shown; <c>productId</c> says which.</summary>
    ProductView,

    /// <summary>A search was made; <c>query</c> and <c>results</c> say which, and how many products it found.</summary>
    Search,

    /// <summary>A step of the checkout was shown; <c>step</c> says which.</summary>
    CheckoutStep,
}

/// <summary>A step of the storefront's checkout.</summary>
public enum StorefrontStep
{
    Cart,
    Address,
    Delivery,
    Payment,
}

/// <param name="At">When it happened, by the clock of the device; now, when it is absent, in the future or older than a week.</param>
/// <param name="Version">The version of the event's shape: 1.</param>
public sealed record VisitorEvent(
    VisitorEventKind Kind, DateTimeOffset? At = null, int Version = 1, string? Path = null, Guid? ProductId = null, string? Query = null,
    int? Results = null, StorefrontStep? Step = null);

/// <summary>
/// Takes up to 500 events of one visitor, to be counted by day. An accepted event may be left out: of a client that sends very many, a
/// sample is counted with its weight, so that sums stay right on average.
/// </summary>
/// <param name="Source">Where the visitor came from, such as <c>newsletter</c>.</param>
public sealed record SendEvents(IReadOnlyList<VisitorEvent> Events, string? Source = null, DeviceKind? Device = null)
{
    public const int MostEvents = 500;
    private const int LongestPath = 200;
    private const int LongestQuery = 200;
    private const int MostResults = 1_000_000_000;

    public sealed class Validator : AbstractValidator<SendEvents>
    {
        public Validator()
        {
            RuleFor(x => x.Events).NotEmpty().Must(x => x.Count <= MostEvents).WithMessage($"must have at most {MostEvents} events.");
            RuleFor(x => x.Source).Matches(VisitOrigin.SourcePattern).When(x => x.Source is not null).WithMessage(VisitOrigin.SourceRule);
            // FluentValidation's rules cost more than the rest of the request. They run only for a batch with a wrong event, to name what
            // is wrong.
            RuleForEach(x => x.Events).NotNull().SetValidator(new EventValidator())
                .When(x => x.Events is { Count: <= MostEvents } events && !events.All(EventValidator.IsGood));
        }
    }

    private sealed class EventValidator : AbstractValidator<VisitorEvent>
    {
        public EventValidator()
        {
            RuleFor(x => x.Version).Must((x, _) => VersionFits(x)).WithMessage("must be 1.");
            RuleFor(x => x.Path).Must((x, _) => PathFits(x)).WithMessage(
                $"must be the path of the page for page_view, of at most {LongestPath} characters without ?, # and :, and absent for "
                + "others.");
            RuleFor(x => x.ProductId).Must((x, _) => ProductFits(x))
                .WithMessage("must be the id of the product for product_view, and absent for others.");
            RuleFor(x => x.Query).Must((x, _) => QueryFits(x))
                .WithMessage($"must be the text of the search for search, of at most {LongestQuery} characters, and absent for others.");
            RuleFor(x => x.Results).Must((x, _) => ResultsFit(x))
                .WithMessage("must not be negative for search, and absent for others.");
            RuleFor(x => x.Step).Must((x, _) => StepFits(x))
                .WithMessage("must be the step of the checkout for checkout_step, and absent for others.");
        }

        /// <summary>True when no rule objects to the event: each rule above has its question here.</summary>
        public static bool IsGood(VisitorEvent? x) => x is not null
            && VersionFits(x) && PathFits(x) && ProductFits(x) && QueryFits(x) && ResultsFit(x) && StepFits(x);

        private static bool VersionFits(VisitorEvent x) => x.Version == 1;

        // Without a query, which may contain a token or a name; and without a colon, so that no path looks like a sealed value.
        private static bool PathFits(VisitorEvent x) => x.Kind != VisitorEventKind.PageView
            ? x.Path is null
            : x.Path is { Length: > 0 and <= LongestPath } path && path[0] == '/' && !path.AsSpan().ContainsAny('?', '#', ':')
                && PersonText.IsReadable(path);

        private static bool ProductFits(VisitorEvent x) => (x.Kind == VisitorEventKind.ProductView) == (x.ProductId is not null);

        private static bool QueryFits(VisitorEvent x) =>
            x.Kind == VisitorEventKind.Search ? x.Query is { Length: > 0 and <= LongestQuery } : x.Query is null;

        private static bool ResultsFit(VisitorEvent x) =>
            x.Kind == VisitorEventKind.Search ? x.Results is null or >= 0 and <= MostResults : x.Results is null;

        private static bool StepFits(VisitorEvent x) => (x.Kind == VisitorEventKind.CheckoutStep) == (x.Step is not null);
    }
}

public static class SendEventsEndpoint
{
    [WolverinePost("/api/analytics/events"), AnswerIsNeverStored]
    [ProducesResponseType(StatusCodes.Status202Accepted)]
    public static async Task<IResult> Post(SendEvents command, EventStream stream, HttpContext http)
    {
        await stream.AddAsync(command, http.Connection.RemoteIpAddress);
        return Results.Accepted();
    }
}
