using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Store;
using Aarya.Infrastructure.Security;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.CorePlatform.Audit;

public sealed class ListAuditSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private static readonly DateTimeOffset Monday = new(2026, 6, 1, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task the_trail_is_read_by_person_action_target_and_time_the_newest_first()
    {
        var admin = await Host.TokenFor("admin");
        var (asha, ravi) = (NewCaller(), NewCaller());
        var (shirt, scarf) = ($"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        await using (var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession())
        {
            for (var day = 0; day < 5; day++)
                documents.Insert(AuditEntry.Of(asha, AuditActions.FlagChanged, "flag", shirt, Monday.AddDays(day)));
            documents.Insert(AuditEntry.Of(asha, AuditActions.FlagDeleted, "flag", scarf, Monday.AddDays(5)),
                AuditEntry.Of(ravi, AuditActions.FlagChanged, "flag", shirt, Monday.AddDays(6)));
            await documents.SaveChangesAsync(Cancellation);
        }

        Assert.Equal([5, 4, 3, 2, 1, 0], await DaysAsync($"actor={asha.Subject:D}"));
        Assert.Equal([6, 4, 3, 2, 1, 0], await DaysAsync($"target={shirt}"));
        Assert.Equal([5], await DaysAsync($"actor={asha.Subject:D}&action=flag.deleted"));
        Assert.Equal([3, 2], await DaysAsync($"target={shirt}&from={At(2)}&to={At(4)}"));
        Assert.Empty(await DaysAsync($"target={scarf}&actor={ravi.Subject:D}"));

        List<int> paged = [];
        AuditPage page;
        string? cursor = null;
        do
        {
            page = await ReadAsync($"target={shirt}&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(page.Items.Select(x => (x.At - Monday).Days));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal([6, 4, 3, 2, 1, 0], paged);

        static string At(int day) => Uri.EscapeDataString($"{Monday.AddDays(day):O}");

        async Task<IEnumerable<int>> DaysAsync(string query) => (await ReadAsync(query)).Items.Select(x => (x.At - Monday).Days);

        async Task<AuditPage> ReadAsync(string query) =>
            (await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url($"/api/admin/audit?{query}"); })).ReadAsJson<AuditPage>()!;
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("action=flag.eaten", "action")]
    [InlineData("actor=asha", "actor")]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", "to")]
    [InlineData("cursor=next", "cursor")]
    [InlineData("cursor=01890000-0000-7000-8000-000000000000", "cursor")]
    public async Task a_question_that_means_nothing_is_refused_by_name(string query, string field)
    {
        var admin = await Host.TokenFor("admin");
        var refused = await Host.Scenario(x =>
        {
            x.WithBearerToken(admin);
            x.Get.Url($"/api/admin/audit?{query}");
            x.StatusCodeShouldBe(HttpStatusCode.BadRequest);
        });
        Assert.Equal(field, Assert.Single(refused.ReadAsJson<JsonElement>().GetProperty("errors").EnumerateObject()).Name);
    }

    private static Caller NewCaller() => new(Guid.CreateVersion7(), Guid.NewGuid(), ["admin"]);
}
