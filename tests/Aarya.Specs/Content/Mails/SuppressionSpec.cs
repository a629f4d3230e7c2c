using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Store;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Marten;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Mails;

/// <summary>Addresses that the mail provider has reported get no mail.</summary>
[StoryOf(typeof(ReceiveMailReportsEndpoint), typeof(ListSuppressionsEndpoint), typeof(LiftSuppressionEndpoint))]
public sealed class SuppressionSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private const string Secret = "what the relay signs with";
    private const string Path = "/api/mail/reports";

    private readonly AaryaFixture shop = fixture;
    private readonly string email = $"{Guid.NewGuid():N}@example.com";
    private IAlbaHost node = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => node = await shop.AnotherNodeAsync(x => x.UseSetting("MAIL_WEBHOOK_SECRET", Secret));

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Theory]
    [InlineData("bounced", false, false)]
    [InlineData("complained", true, false)]
    public async Task an_address_that_bounced_gets_nothing_and_one_that_complained_only_what_it_needs(
        string kind, bool isConfirmed, bool isPackedSent)
    {
        (await ReportAsync((kind, $" {email.ToUpperInvariant()} "))).Is(204);
        (await ReportAsync((kind, email))).Is(204);

        var order = Guid.CreateVersion7();
        var confirmed = await SentAsync(
            new OrderConfirmedNotice(order, "AA-1", Guid.CreateVersion7(), email, Features.Money.Rupees(1), [], "Asha Rao", Now));
        var packed = await SentAsync(new OrderPackedNotice(order, "AA-1", Guid.CreateVersion7(), email, Now));

        Assert.Equal((isConfirmed, isPackedSent), (confirmed.SentAt is not null, packed.SentAt is not null));
        Assert.Equal(isConfirmed ? null : kind, confirmed.NotSentFor);
        Assert.Equal(kind, packed.NotSentFor);
    }

    [Fact]
    public async Task a_complaint_after_a_bounce_lets_no_mail_through_and_a_bounce_after_a_complaint_stops_all()
    {
        await ReportAsync(("complained", email), ("bounced", email));
        Assert.Equal(["bounced"], await ReasonsAsync());
        await ReportAsync(("complained", email));
        Assert.Equal(["bounced"], await ReasonsAsync());
    }

    [Fact]
    public async Task reports_of_one_address_that_arrive_together_are_one()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => ReportAsync((i % 2 == 0 ? "bounced" : "complained", email))));
        Assert.All(answers, x => x.Is(204));
        Assert.Equal(["bounced"], await ReasonsAsync());
    }

    [Fact]
    public async Task staff_find_an_address_and_send_to_it_again_and_that_is_recorded()
    {
        await ReportAsync(("bounced", email));
        using var support = await Shopper.OfRoleAsync(node, "support");
        var found = (await support.GetAsync($"/api/admin/mail/suppressions?email={email}")).Is(200).As<SuppressionPage>();
        var suppression = Assert.Single(found.Items);
        Assert.Equal((email, "bounced"), (suppression.Email, suppression.Reason));

        var lifted = await node.ExecuteAndWaitAsync(
            async () => (await support.SendAsync(HttpMethod.Delete, $"/api/admin/mail/suppressions/{suppression.Id}")).Is(204), 30_000);
        Assert.Equal("suppression.lifted", lifted.Sent.SingleMessage<StaffActedNotice>().Act.Action);
        (await support.SendAsync(HttpMethod.Delete, $"/api/admin/mail/suppressions/{suppression.Id}")).Is(404);
        var packed = await SentAsync(new OrderPackedNotice(Guid.CreateVersion7(), "AA-1", Guid.CreateVersion7(), email, Now));
        Assert.NotNull(packed.SentAt);
    }

    [Theory]
    [InlineData("asha@example")]
    [InlineData("")]
    public async Task what_is_no_address_is_refused_by_name(string asked)
    {
        using var support = await Shopper.OfRoleAsync(node, "support");
        (await support.GetAsync($"/api/admin/mail/suppressions?email={asked}")).Names("email");
    }

    [Theory]
    [InlineData("customer")]
    [InlineData("merchandiser")]
    public async Task other_roles_neither_see_nor_lift_anything(string role)
    {
        using var other = await Shopper.OfRoleAsync(node, role);
        (await other.GetAsync("/api/admin/mail/suppressions")).Is(403);
        (await other.SendAsync(HttpMethod.Delete, $"/api/admin/mail/suppressions/{Guid.CreateVersion7()}")).Is(403);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { """{"reports":[]}""", "reports" },
        { """{}""", "reports" },
        { """{"reports":[null]}""", "reports[0]" },
        { """{"reports":[{"kind":"opened","email":"asha@example.com"}]}""", "reports[0].kind" },
        { """{"reports":[{"kind":"bounced","email":"a b@c"}]}""", "reports[0].email" },
        { """{"reports":[{"kind":"bounced","email":"asha@example.com"},{"kind":"bounced"}]}""", "reports[1].email" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task what_is_wrong_with_a_report_is_named_and_no_address_is_suppressed(string body, string field)
    {
        (await PostAsync(body, Signed(body, Now))).Names(field);
        Assert.Empty(await ReasonsAsync("asha@example.com"));
    }

    [Fact]
    public async Task too_many_reports_are_refused_by_name()
    {
        var one = Report(("bounced", email));
        var many = JsonSerializer.Serialize(new { reports = Enumerable.Repeat(new { kind = "bounced", email }, 501) });
        (await PostAsync(many, Signed(many, Now))).Names("reports");
        (await PostAsync(one, Signed(one, Now))).Is(204);
    }

    [Fact]
    public async Task a_request_that_the_provider_did_not_sign_now_changes_nothing()
    {
        var body = Report(("bounced", email));
        foreach (var signature in new[]
        {
            "", "nonsense", "t=1,v1=", $"v1={new string('0', 64)}", Signed(body, Now.AddMinutes(-6)), Signed(body, Now.AddMinutes(6)),
            Signed(body + " ", Now), Signed(body, Now).Replace("v1", "v0", StringComparison.Ordinal), "t=9223372036854775807,v1=00",
        })
            (await PostAsync(body, signature)).Is(401, "webhook.refused");
        Assert.Empty(await ReasonsAsync());
    }

    [Fact]
    public async Task a_shop_without_a_secret_takes_no_reports()
    {
        using var provider = Shopper.WithoutToken(Host);
        (await provider.PostAsync(Path, Report(("bounced", email)))).Is(404);
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static string Report(params (string Kind, string Email)[] reports) =>
        JsonSerializer.Serialize(new { reports = reports.Select(x => new { kind = x.Kind, email = x.Email }) });

    private Task<Answer> ReportAsync(params (string Kind, string Email)[] reports)
    {
        var body = Report(reports);
        return PostAsync(body, Signed(body, Now));
    }

    private static string Signed(string body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{time}.{body}"));
        return $"t={time},v1={Convert.ToHexStringLower(hash)}";
    }

    private async Task<Answer> PostAsync(string body, string signature)
    {
        using var client = node.Server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent(body, null, "application/json") };
        request.Headers.TryAddWithoutValidation("Mail-Signature", signature);
        using var answer = await client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return new((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement, answer.Headers, text);
    }

    private async Task<EmailMessage> SentAsync(object notice)
    {
        var told = await node.InvokeMessageAndWaitAsync(notice);
        return await node.MailAsync(told.Executed.SingleMessage<SendEmail>().EmailId);
    }

    private Task<IReadOnlyList<string>> ReasonsAsync() => ReasonsAsync(email);

    private async Task<IReadOnlyList<string>> ReasonsAsync(string address)
    {
        await using var session = node.Services.GetRequiredService<IContentStore>().QuerySession();
        return (await session.Query<Suppression>().ToListAsync(Cancellation)).Where(x => x.Email == address).Select(x => x.Reason).ToList();
    }
}
