using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.Content.Notifications;

[StoryOf(typeof(ListNotificationsEndpoint), typeof(ReadNotificationEndpoint), typeof(ReadAllNotificationsEndpoint))]
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
    public async Task the_unread_are_counted_and_marked_all_at_once_up_to_what_was_seen()
    {
        var (token, mine) = await ShopperAsync(4);
        var (other, _) = await ShopperAsync(2);
        Assert.Equal(4, (await PageAsync(token, "")).Unread);
        await ReadAsync(token, mine[0]);
        Assert.Equal(3, (await PageAsync(token, "")).Unread);

        await ReadAllAsync(token, new { upTo = mine[2] });
        var page = await PageAsync(token, "?unread=true");
        Assert.Equal((1, mine[3]), (page.Unread, Assert.Single(page.Items).Id));
        await ReadAllAsync(token, new { });
        await ReadAllAsync(token, null);
        Assert.Equal(0, (await PageAsync(token, "")).Unread);
        Assert.All((await PageAsync(token, "")).Items, x => Assert.NotNull(x.ReadAt));
        Assert.Equal(2, (await PageAsync(other, "")).Unread);
    }

    [Fact]
    public async Task the_unread_are_counted_up_to_a_hundred()
    {
        var (token, _) = await ShopperAsync(ListNotificationsEndpoint.MostCounted + 7);
        Assert.Equal(100, (await PageAsync(token, "?limit=1")).Unread);
    }

    [Fact]
    public async Task a_page_that_was_away_gets_what_came_since_and_a_minute_more()
    {
        var start = DateTimeOffset.UtcNow.AddHours(-1);
        var (token, mine) = await ShopperAsync(5, i => start.AddSeconds(i * 50));
        var since = await PageAsync(token, $"?since={mine[3]}");
        // One of the minute before, which may have been committed later; each has an id by which the page knows it.
        Assert.Equal(new[] { mine[4], mine[3], mine[2] }, since.Items.Select(x => x.Id));
        var first = await PageAsync(token, $"?since={mine[0]}&limit=2");
        var rest = await PageAsync(token, $"?since={mine[0]}&cursor={first.NextCursor}");
        Assert.Equal(mine.Reverse(), first.Items.Concat(rest.Items).Select(x => x.Id));
    }

    [Fact]
    public async Task what_is_not_the_shopper_s_is_refused_by_name()
    {
        var (token, mine) = await ShopperAsync(1);
        var (_, theirs) = await ShopperAsync(1);
        foreach (var id in new[] { $"{theirs[0]}", $"{Guid.CreateVersion7()}" })
        {
            Assert.Contains("\"upTo\"", await RefusedAsync(x => x.Post.Json(new { upTo = id }).ToUrl("/api/notifications/read")),
                StringComparison.Ordinal);
            Assert.Contains("\"since\"", await RefusedAsync(x => x.Get.Url($"/api/notifications?since={id}")), StringComparison.Ordinal);
        }

        Assert.Contains("\"upTo\"", await RefusedAsync(x => x.Post.Json(new { upTo = "newest" }).ToUrl("/api/notifications/read")),
            StringComparison.Ordinal);
        Assert.Equal(1, (await PageAsync(token, $"?since={mine[0]}")).Unread);

        async Task<string> RefusedAsync(Action<Scenario> request) => (await Host.Scenario(x =>
        {
            x.WithBearerToken(token);
            request(x);
            x.StatusCodeShouldBe(400);
        })).ReadAsText();
    }

    private Task ReadAllAsync(string token, object? body) => Host.Scenario(x =>
    {
        x.WithBearerToken(token);
        if (body is null) x.Post.Url("/api/notifications/read");
        else x.Post.Json(body).ToUrl("/api/notifications/read");
        x.StatusCodeShouldBe(204);
    });

    [Fact]
    public Task nobody_reads_notifications_without_a_token() => Host.Scenario(x =>
    {
        x.Get.Url("/api/notifications");
        x.StatusCodeShouldBe(401);
    });

    private async Task<(string Token, Guid[] Ids)> ShopperAsync(int notifications, Func<int, DateTimeOffset>? createdAt = null)
    {
        var token = await Host.GuestToken();
        var subject = Guid.Parse(new JsonWebToken(token).Subject);
        var all = Enumerable.Range(0, notifications).Select(i => new Notification
        {
            Id = Guid.CreateVersion7(),
            Subject = subject,
            Kind = "order_confirmed",
            Title = $"Order {i}",
            CreatedAt = createdAt?.Invoke(i) ?? DateTimeOffset.UnixEpoch.AddDays(i),
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
