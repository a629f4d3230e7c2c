using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Pages;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.Content.Mailbox;

/// <summary>One letter with sample data, as a mailbox shows it; with <c>form=text</c> its other form, and its notification.</summary>
[AnswerIsNeverStored, DevelopmentOnly]
public static class PreviewLetterEndpoint
{
    [WolverineGet($"{ListLettersEndpoint.Path}/{{language}}/{{kind}}")]
    public static async Task<IResult> Get(string language, string kind, HttpContext http, LetterTemplates letters, string? form = null)
    {
        if (LetterKinds.All.FirstOrDefault(x => x.Name == kind) is not { } found || !Languages.All.Contains(language))
            return Results.Problem(Problem.NotFound("template"));
        var letter = await letters.WriteSampleAsync(found, language);
        if (form == "text" || letter.Subject.Length == 0)
        {
            string[] parts = [letter.Subject, letter.Text, letter.Title, letter.Summary];
            return Results.Text(string.Join("\n\n", parts.Where(x => x.Length > 0)), "text/plain; charset=utf-8");
        }

        http.Response.Headers.ContentSecurityPolicy = ReadMailboxEndpoint.PolicyOfMails;
        return Results.Content(letter.Html, "text/html; charset=utf-8");
    }
}
