using Aarya.Features.Commerce.Contracts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// Sets the name of a category and the category above it. A search or list of a category also finds the products of its parts. The list
/// follows at once, search when the products concerned are announced: at most 500 per second.
/// </summary>
/// <param name="Parent">The slug of the category above it; unchanged when absent, none (at the top) when empty.</param>
public sealed record SetCategory(string Name, string? Parent = null)
{
    public sealed class Validator : AbstractValidator<SetCategory>
    {
        public Validator() => RuleFor(x => x.Name).NotEmpty().MaximumLength(60).OnlyWhatCanBeSeen();
    }
}

/// <param name="Ancestors">The categories above it, the nearest first.</param>
public sealed record CategoryInTreeView(string Slug, string Name, IReadOnlyList<string> Ancestors);

/// <summary>A category before the change, and the tree around it.</summary>
/// <param name="Ancestors">Those that it is to have.</param>
public sealed record CategoryInHand(Category Category, bool IsNew, IReadOnlyList<string> Ancestors);

[Authorize("merchandiser")]
public static class SetCategoryEndpoint
{
    public static async Task<(CategoryInHand?, ProblemDetails)> LoadAsync(
        string slug, SetCategory command, IDocumentSession session, CancellationToken cancellation)
    {
        if (!Slug.IsValid(slug))
            return (null, Problem.Invalid("slug", "must be words of lower-case letters and digits, joined by hyphens."));
        await session.AloneInCatalogueAsync(cancellation);
        var categories = await session.Query<Category>().ToListAsync(cancellation);
        var known = categories.FirstOrDefault(x => x.Id == slug);
        var parent = command.Parent is null ? known?.Parent : command.Parent.Length > 0 ? command.Parent : null;
        if (parent is not null && !categories.Any(x => x.Id == parent))
            return (null, Problem.Invalid("parent", "must be the slug of a category, or empty for a category at the top."));
        var tree = new CategoryTree(categories);
        if (parent is not null && tree.Within(slug).Contains(parent))
            return (null, Problem.Conflict("category.circle", "The categories form a circle",
                "The parent is the category itself or a part of it: choose another one."));
        IReadOnlyList<string> ancestors = parent is not null ? [parent, .. tree.AncestorsOf(parent)] : [];
        if (ancestors.Count + tree.LevelsOf(slug) > CategoryTree.MostLevels)
            return (null, Problem.Conflict("category.too_deep", "The tree is too deep",
                $"A path of categories may have at most {CategoryTree.MostLevels}: choose a parent nearer to the top."));
        return (new(known ?? new() { Id = slug, Position = int.MaxValue }, known is null, ancestors), WolverineContinue.NoProblems);
    }

    [Refuses(409, "category.circle", "The parent is the category itself or a part of it: choose another one.")]
    [Refuses(409, "category.too_deep", "The path from the top would have more than 5 categories: choose a parent nearer to the top.")]
    [WolverinePut("/api/admin/categories/{slug}")]
    public static (CategoryInTreeView, IMartenOp, AnnounceCategory?, StaffActedNotice?) Put(
        string slug, SetCategory command, [NotBody] CategoryInHand hand, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        var (category, isNew, ancestors) = hand;
        var parent = ancestors is [var above, ..] ? above : null;
        var name = PersonText.Compose(command.Name);
        var view = new CategoryInTreeView(slug, name, ancestors);
        var hasMoved = category.Parent != parent;
        if (!isNew && !hasMoved && category.Name == name) return (view, MartenOps.Nothing(), null, null);
        (category.Name, category.Parent) = (name, parent);
        if (hasMoved) CategoryTree.Move(session);
        // The event of a product has the ancestors of its category.
        return (
            view, MartenOps.Store(category), hasMoved ? new AnnounceCategory(slug, Guid.Empty) : null,
            StaffActedNotice.Of(caller, StaffActions.CategorySet, "category", slug, now, ("parent", parent ?? "")));
    }
}
