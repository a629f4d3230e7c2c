using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Flags;

/// <summary>
/// Sets for whom and when a feature is on; every process applies it within two seconds. With If-Match only the version that was read is
/// changed.
/// </summary>
/// <param name="Enabled">False switches it off, whatever the conditions; true without conditions switches it on for all callers.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Match">Whether all conditions must hold (the default) or any of them.</param>
/// <param name="Percentage">For this percentage of callers, and always the same ones.</param>
/// <param name="Roles">For callers with one of these roles.</param>
/// <param name="From">From this moment on.</param>
/// <param name="Until">Before this moment.</param>
public sealed record PutFlag(
    bool Enabled,
    string? Description = null,
    FlagMatch? Match = null,
    double? Percentage = null,
    IReadOnlyList<string>? Roles = null,
    DateTimeOffset? From = null,
    DateTimeOffset? Until = null)
{
    public sealed class Validator : AbstractValidator<PutFlag>
    {
        public Validator()
        {
            RuleFor(x => x.Description).MaximumLength(500).OnlyWhatCanBeSeen(inLines: true);
            RuleFor(x => x.Percentage).InclusiveBetween(0, 100);
            RuleFor(x => x.Roles)
                .Must(x => x is null || (x.Count > 0 && x.All(CallerRoles.All.Contains) && x.Distinct().Count() == x.Count))
                .WithMessage($"must be one or more of {string.Join(", ", CallerRoles.All)}, each at most once.");
            RuleFor(x => x.Until).Must((x, until) => until is null || x.From is null || x.From < until).WithMessage("must be after from.");
        }
    }
}

[Authorize("admin")]
public static partial class PutFlagEndpoint
{
    public static ProblemDetails Validate(string name, Flag? flag, HttpContext http) => Name().IsMatch(name)
        ? FlagPreconditions.Check(http, flag)
        : Problem.Invalid("name", "must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, beginning with a letter.");

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status412PreconditionFailed, "application/problem+json")]
    [WolverinePut("/api/admin/flags/{name}")]
    public static (FlagView, IMartenOp, IMartenOp) Put(
        string name, PutFlag command, Caller caller, [Entity(nameof(name), Required = false)] Flag? flag,
        HttpContext http, DateTimeOffset now)
    {
        var was = flag is null ? null : FlagView.Of(flag);
        flag ??= new() { Id = name };
        flag.Enabled = command.Enabled;
        flag.Description = command.Description;
        flag.Match = command.Match ?? FlagMatch.All;
        flag.Percentage = command.Percentage;
        flag.Roles = command.Roles ?? [];
        flag.From = command.From;
        flag.Until = command.Until;
        flag.ChangedAt = now;

        var view = FlagView.Of(flag);
        http.Response.Headers.ETag = view.Answer().ETag;
        var details = new Dictionary<string, string> { ["is"] = JsonSerializer.Serialize(view, AaryaJson.Options) };
        if (was is not null) details["was"] = JsonSerializer.Serialize(was, AaryaJson.Options);
        return (view, MartenOps.Store(flag), MartenOps.Insert(AuditEntry.Of(caller, AuditActions.FlagChanged, "flag", name, now, details)));
    }

    [GeneratedRegex(@"^[a-z][a-z0-9._-]{0,63}\z")]
    private static partial Regex Name();
}
