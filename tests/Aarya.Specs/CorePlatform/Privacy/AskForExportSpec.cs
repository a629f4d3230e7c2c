using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Privacy;

[StoryOf(typeof(ForgetExportHandler))]
public sealed class AskForExportSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task an_export_that_never_came_together_or_has_expired_is_begun_anew_and_one_that_is_good_is_not()
    {
        var shopper = await SignedInAsync();
        var (first, asked) = await AskAsync(shopper);
        Assert.Equal((shopper.User.Id, first.Id, null), (asked!.UserId, asked.ExportId, asked.Orders));
        Assert.Equal((first.Id, null), await AskAgainAsync(shopper));

        await ChangeAsync(first.Id, x => x.AskedAt -= PersonalExport.Patience);
        var (second, askedAnew) = await AskAsync(shopper);
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(second.Id, askedAnew!.ExportId);
        // A late part of the first export is dropped.
        await Host.InvokeMessageAndWaitAsync(new CommerceDataGatheredNotice(shopper.User.Id, first.Id, "{}", []));
        Assert.Equal([second.Id], await ExportsOfAsync(shopper));

        await ChangeAsync(second.Id, x => (x.AskedAt, x.ExpiresAt) = (x.AskedAt.AddDays(-1), DateTimeOffset.UtcNow.AddHours(1)));
        Assert.Equal((second.Id, null), await AskAgainAsync(shopper));
        await Host.InvokeMessageAndWaitAsync(new ForgetExport(second.Id));
        Assert.Equal([second.Id], await ExportsOfAsync(shopper));

        await ChangeAsync(second.Id, x => x.ExpiresAt = DateTimeOffset.UtcNow);
        await Host.InvokeMessageAndWaitAsync(new ForgetExport(second.Id));
        Assert.Empty(await ExportsOfAsync(shopper));
        Assert.NotEqual(second.Id, (await AskAsync(shopper)).Export.Id);
    }

    private async Task<(Guid, PersonalDataAskedNotice?)> AskAgainAsync(SignedIn who)
    {
        var (export, asked) = await AskAsync(who);
        return (export.Id, asked);
    }

    private async Task<(ExportView Export, PersonalDataAskedNotice? Asked)> AskAsync(SignedIn who)
    {
        var (messages, response) = await Track(x =>
        {
            x.WithBearerToken(who.AccessToken);
            x.Get.Url("/api/users/me/export");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });
        return (response.ReadAsJson<ExportView>()!, messages.Sent.MessagesOf<PersonalDataAskedNotice>().SingleOrDefault());
    }

    private async Task ChangeAsync(Guid id, Action<PersonalExport> change)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var export = (await documents.LoadAsync<PersonalExport>(id, Cancellation))!;
        change(export);
        documents.Update(export);
        await documents.SaveChangesAsync(Cancellation);
    }

    private async Task<IReadOnlyList<Guid>> ExportsOfAsync(SignedIn who)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        return await documents.Query<PersonalExport>().Where(x => x.UserId == who.User.Id).Select(x => x.Id).ToListAsync(Cancellation);
    }
}
