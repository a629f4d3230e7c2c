using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Store;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Content.Letters;

/// <summary>The shop's letters, for which every value that a template names must be there.</summary>
internal static class StrictLetters
{
    public static LetterTemplates All { get; } = new(NullLogger<LetterTemplates>.Instance, strict: true);

    /// <summary>A mail about nothing in particular.</summary>
    public static EmailMessage MailTo(string address, Guid owner, DateTimeOffset now, Guid? order = null) =>
        new Letter("sample", "", "", "News of your order", "It is on its way.", "<p>It is on its way.</p>", HoldsLink: false)
            .To(address, owner, Guid.CreateVersion7(), now, order);

    /// <summary>A mail that the shop has stored.</summary>
    public static async Task<EmailMessage> MailAsync(this IAlbaHost host, Guid id)
    {
        await using var session = host.Services.GetRequiredService<IContentStore>().QuerySession();
        return await session.LoadAsync<EmailMessage>(id, TestContext.Current.CancellationToken)
            ?? throw new InvalidOperationException($"No mail {id} is stored.");
    }
}
