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
/// Sets the name of a category and the category above it. A search or list of a category also finds the products of its parts. Search
/// follows when the products concerned are announced, 500 at a time.
/// </summary>
/// <param name="Parent">The slug of the category above it; absent for a category at the top.</param>
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
/// <param name="Within">The category and its parts.</param>
public sealed record CategoryInHand(
    Category Category, bool IsNew, IReadOnlyList<string> Ancestors, IReadOnlyList<string> Within);

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
        if (command.Parent is { } parent && !categories.Any(x => x.Id == parent))
            return (null, Problem.Invalid("parent", "must be the slug of a category."));
        var tree = new CategoryTree(categories);
        var within = tree.Within(slug);
        if (command.Parent is not null && within.Contains(command.Parent))
            return (null, Problem.Conflict("category.circle", "The categories form a circle",
                "The parent is the category itself or a part of it: choose another one."));
        IReadOnlyList<string> ancestors = command.Parent is { } above ? [above, .. tree.AncestorsOf(above)] : [];
        if (ancestors.Count + tree.LevelsOf(slug) > CategoryTree.MostLevels)
            return (null, Problem.Conflict("category.too_deep", "The tree is too deep",
                $"A path of categories may have at most {CategoryTree.MostLevels}: choose a parent nearer to the top."));
        var known = categories.FirstOrDefault(x => x.Id == slug);
        return (
            new(known ?? new() { Id = slug, Position = int.MaxValue }, known is null, ancestors, within), WolverineContinue.NoProblems);
    }

    [Refuses(409, "category.circle", "The parent is the category itself or a part of it: choose another one.")]
    [Refuses(409, "category.too_deep", "The path from the top would have more than 5 categories: choose a parent nearer to the top.")]
    [WolverinePut("/api/admin/categories/{slug}")]
    public static (CategoryInTreeView, IMartenOp, AnnounceChanges?, StaffActedNotice?) Put(
        string slug, SetCategory command, [NotBody] CategoryInHand hand, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        var (category, isNew, ancestors, within) = hand;
        var name = PersonText.Compose(command.Name);
        var view = new CategoryInTreeView(slug, name, ancestors);
        var hasMoved = category.Parent != command.Parent;
        if (!isNew && !hasMoved && category.Name == name) return (view, MartenOps.Nothing(), null, null);
        (category.Name, category.Parent) = (name, command.Parent);
        // The event of a product has the ancestors of its category.
        if (hasMoved)
        {
            CategoryTree.Move(session);
            session.QueueSqlCommand(
                """
                insert into commerce.product_changed (product_id)
                select id from commerce.mt_doc_product where published and category = any (?)
                """, (object)within.ToArray());
        }

        return (
            view, MartenOps.Store(category), hasMoved ? new AnnounceChanges() : null,
            StaffActedNotice.Of(
                caller, StaffActions.CategorySet, "category", slug, now, ("parent", command.Parent ?? "")));
    }
}
