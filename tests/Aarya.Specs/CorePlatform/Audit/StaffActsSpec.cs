using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Specs.Architecture;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;
using OfCommerce = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.CorePlatform.Audit;

/// <summary>What staff do in any context stands in one trail, and is recorded in the transaction of the act.</summary>
[StoryOf(typeof(RecordCommerceActHandler), typeof(RecordContentActHandler), typeof(RecordPaymentActHandler),
    typeof(RecordSearchActHandler))]
public sealed class StaffActsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task an_act_in_commerce_is_read_in_the_trail_with_what_it_changed()
    {
        var sku = await Host.SellsAsync(pieces: 4);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");
        var sent = await Host.ExecuteAndWaitAsync(async () =>
            (await merchandiser.PostAsync($"/api/admin/stock/{sku}/adjustments", new { delta = -1, reason = "torn" })).Is(200), 30_000);
        var act = sent.Sent.SingleMessage<OfCommerce.StaffActedNotice>();

        // Twice: a stream delivers an event at least once.
        for (var i = 0; i < 2; i++) await Host.InvokeMessageAndWaitAsync(new CommerceActedNotice(act.ActId, act.Act));

        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        var trail = (await admin.GetAsync($"/api/admin/audit?action=stock.adjusted&target={sku}")).Is(200).As<AuditPage>();
        var entry = Assert.Single(trail.Items);
        Assert.Equal((merchandiser.Subject, "stock.adjusted", "stock", sku, "-1", "3"),
            (entry.ActorId, entry.Action, entry.TargetType, entry.TargetId, entry.Details["delta"], entry.Details["onHand"]));
    }

    [Fact]
    public async Task acts_of_content_payment_and_search_stand_in_the_same_trail()
    {
        var actor = new Infrastructure.Security.Caller(Guid.CreateVersion7(), Guid.NewGuid(), ["support"]);
        var order = $"{Guid.NewGuid():D}";
        var now = DateTimeOffset.UtcNow;
        var approved = Features.StaffAct.Of(actor, "fraud_review.approved", "payment", order, now);
        await Host.InvokeMessageAndWaitAsync(new PaymentActedNotice(approved.Id, approved));
        var discarded = Features.StaffAct.Of(actor, "dead_letter.discarded", "dead_letter", order, now);
        await Host.InvokeMessageAndWaitAsync(new ContentActedNotice(discarded.Id, discarded));
        var set = Features.StaffAct.Of(actor, "synonyms.set", "synonyms", "kurta", now);
        await Host.InvokeMessageAndWaitAsync(new SearchActedNotice(set.Id, set));

        using var admin = await Shopper.OfRoleAsync(Host, "admin");
        var trail = (await admin.GetAsync($"/api/admin/audit?actor={actor.Subject:D}")).Is(200).As<AuditPage>();
        Assert.Equal(["dead_letter.discarded", "fraud_review.approved", "synonyms.set"], trail.Items.Select(x => x.Action).Order());
    }

    [Fact]
    public async Task a_refused_act_leaves_no_entry()
    {
        var sku = await Host.SellsAsync(pieces: 1);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");

        var sent = await Host.ExecuteAndWaitAsync(async () =>
            (await merchandiser.PostAsync($"/api/admin/stock/{sku}/adjustments", new { delta = -2, reason = "torn" }))
                .Is(409, "stock.reserved"), 30_000);

        Assert.Empty(sent.Sent.MessagesOf<OfCommerce.StaffActedNotice>());
    }

    [Fact]
    public void every_route_by_which_staff_change_something_records_the_act()
    {
        using var features = new CompiledFeatures();
        var recording = features.Types
            .Where(x => CompiledFeatures.CallsOf(x)
                .Any(call => call is { Name: "Of", DeclaringType.Name: "StaffActedNotice" or "AuditEntry" }))
            .Select(x => x.FullName.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        var writing = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(x => x.RoutePattern.RawText?.TrimStart('/').StartsWith("api/admin/", StringComparison.Ordinal) == true)
            .Where(x => x.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Any(y => y is not "GET" and not "HEAD") == true)
            .Select(x => (Route: x.RoutePattern.RawText, Chain: x.Metadata.GetMetadata<Wolverine.Http.HttpChain>()))
            .Where(x => x.Chain is not null)
            .ToList();

        Assert.NotEmpty(writing);
        Assert.Empty(writing.Where(x => !recording.Contains(x.Chain!.Method.HandlerType.FullName!)).Select(x => x.Route));
    }
}
