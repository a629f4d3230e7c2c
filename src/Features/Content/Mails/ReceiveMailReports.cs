using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Mails;

public enum MailReportKind
{
    /// <summary>The mailbox does not exist.</summary>
    Bounced,

    /// <summary>The owner of the mailbox called a mail spam.</summary>
    Complained,
}

public sealed record MailReport(MailReportKind Kind, string Email)
{
    public override string ToString() => $"{nameof(MailReport)} {Kind}";
}

/// <summary>
/// Suppresses the addresses that a mail provider reports. The signature is that of the raw body; a report that arrives again changes
/// nothing.
/// </summary>
public sealed record ReceiveMailReports(IReadOnlyList<MailReport> Reports)
{
    /// <summary>The most reports of one request.</summary>
    public const int Most = 500;

    public override string ToString() => nameof(ReceiveMailReports);

    public sealed class Validator : AbstractValidator<ReceiveMailReports>
    {
        public Validator()
        {
            RuleFor(x => x.Reports).NotEmpty().Must(x => x.Count <= Most).WithMessage($"must have at most {Most} reports.");
            RuleForEach(x => x.Reports).NotNull().ChildRules(x => x.RuleFor(y => y.Email).EmailAddressOfAPerson());
        }
    }
}

public static class ReceiveMailReportsEndpoint
{
    private const string SignatureHeader = "Mail-Signature";
    private const int LargestBody = 256 * 1024;

    public static async Task<ProblemDetails> BeforeAsync(HttpContext http, MailReporter reporter, TimeProvider clock)
    {
        if (reporter.Secret is not { } secret) return Problem.NotFound("mail_provider");
        if (await http.ReadAllAsync(LargestBody) is not { } body)
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The request is too large",
                "Reports may have up to 256 KB.");
        var signature = http.Request.Headers[SignatureHeader].ToString();
        return SignedBody.FaultOf(SignatureHeader, signature, secret, body, clock.GetUtcNow()) is { } fault
            ? Problem.Of(StatusCodes.Status401Unauthorized, "webhook.refused", "Not from the provider", fault)
            : WolverineContinue.NoProblems;
    }

    [Refuses(401, "webhook.refused", "The signature is not the provider's, or is too old.")]
    [WolverinePost("/api/mail/reports"), AnswerIsNeverStored, Transactional]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<IResult> Post(
        ReceiveMailReports command, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        // An address that has bounced and complained has bounced. In one order, so that no two requests wait for each other.
        var addresses = command.Reports.GroupBy(x => EmailAddress.Normalize(x.Email)!, x => x.Kind, StringComparer.Ordinal)
            .OrderBy(x => x.Key, StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            var suppression = await Suppression.OfAsync(session, address.Key, now, cancellation);
            var reason = address.Contains(MailReportKind.Bounced) ? Suppression.Bounced : Suppression.Complained;
            if (suppression.Reason == reason || suppression.Reason == Suppression.Bounced) continue;
            (suppression.Reason, suppression.ReportedAt) = (reason, now);
            session.Store(suppression);
        }

        return Results.NoContent();
    }
}
