using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.Content.Notifications;

[StoryOf(typeof(ListNotificationsEndpoint), typeof(ReadNotificationEndpoint))]
public sealed class NotificationsSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task a_shopper_reads_their_own_notifications_page_by_page_the_newest_first()
    {
        var (token, mine) = await ShopperAsync(3);
        await ShopperAsync(1);

        var first = await PageAsync(token, "?limit=2");
        var second = await PageAsync(token, $"?limit=2&cursor={first.NextCursor}");

        Assert.Equal(new[] { mine[2], mine[1] }, first.Items.Select(x => x.Id));
        Assert.Equal(new[] { mine[0] }, second.Items.Select(x => x.Id));
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task a_notification_that_was_read_stays_read_at_the_first_time()
    {
        var (token, mine) = await ShopperAsync(1);

        var first = await ReadAsync(token, mine[0]);
        var again = await ReadAsync(token, mine[0]);

        Assert.NotNull(first.ReadAt);
        Assert.Equal(first.ReadAt!.Value, again.ReadAt!.Value, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task somebody_elses_notification_answers_like_a_missing_one()
    {
        var (_, theirs) = await ShopperAsync(1);
        var token = await Host.GuestToken();

        foreach (var id in new[] { theirs[0], Guid.NewGuid() })
        {
            var refused = await Host.Scenario(x =>
            {
                x.WithBearerToken(token);
                x.Post.Url($"/api/notifications/{id}/read");
                x.StatusCodeShouldBe(404);
            });
            Assert.Contains("notification.not_found", refused.ReadAsText(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0")]
    [InlineData("101")]
    public async Task a_page_of_no_or_too_many_items_is_refused(string limit)
    {
        var token = await Host.GuestToken();
        var refused = await Host.Scenario(x =>
        {
            x.WithBearerToken(token);
            x.Get.Url($"/api/notifications?limit={limit}");
            x.StatusCodeShouldBe(400);
        });
        Assert.Contains("\"limit\"", refused.ReadAsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AZ8hG0Yc7Rk")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("01890000-0000-7000-8000-000000000000")]
    public async Task a_cursor_that_no_page_returned_is_refused_instead_of_beginning_again(string cursor)
    {
        var (token, _) = await ShopperAsync(1);
        var refused = await Host.Scenario(x =>
        {
            x.WithBearerToken(token);
            x.Get.Url($"/api/notifications?cursor={cursor}");
            x.StatusCodeShouldBe(400);
        });
        Assert.Contains("\"cursor\"", refused.ReadAsText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_page_continues_where_the_last_one_ended_though_its_last_notification_is_gone()
    {
        var (token, ids) = await ShopperAsync(5);
        var first = await PageAsync(token, "?limit=2");
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.Delete<Notification>(first.Items[1].Id);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var rest = await PageAsync(token, $"?limit=9&cursor={first.NextCursor}");
        Assert.Equal(ids[..3].Reverse(), rest.Items.Select(x => x.Id));
        Assert.Null(rest.NextCursor);
    }

    [Fact]
    public Task nobody_reads_notifications_without_a_token() => Host.Scenario(x =>
    {
        x.Get.Url("/api/notifications");
        x.StatusCodeShouldBe(401);
    });

    private async Task<(string Token, Guid[] Ids)> ShopperAsync(int notifications)
    {
        var token = await Host.GuestToken();
        var subject = Guid.Parse(new JsonWebToken(token).Subject);
        var all = Enumerable.Range(0, notifications).Select(i => new Notification
        {
            Id = Guid.CreateVersion7(),
            Subject = subject,
            Kind = "order_confirmed",
            Title = $"Order {i}",
            CreatedAt = DateTimeOffset.UnixEpoch.AddDays(i),
        }).ToArray();
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        session.Store(all);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return (token, all.Select(x => x.Id).ToArray());
    }

    private async Task<NotificationPage> PageAsync(string token, string query) => (await Host.Scenario(x =>
    {
        x.WithBearerToken(token);
        x.Get.Url($"/api/notifications{query}");
    })).ReadAsJson<NotificationPage>()!;

    private async Task<NotificationView> ReadAsync(string token, Guid id) => (await Host.Scenario(x =>
    {
        x.WithBearerToken(token);
        x.Post.Url($"/api/notifications/{id}/read");
    })).ReadAsJson<NotificationView>()!;
}
