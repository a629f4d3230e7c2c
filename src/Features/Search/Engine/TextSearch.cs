namespace Aarya.Features.Search.Engine;

/// <summary>
/// What an engine's index of words can answer; <see cref="TextSearch"/> asks it. Serves one search: the other methods get only texts that
/// <see cref="LookUpAsync"/> has returned.
/// </summary>
internal interface ITextIndex
{
    /// <summary>The text with what the index knows about its words.</summary>
    /// <param name="typing">True while the last word may be incomplete although it is a word.</param>
    Task<SoughtText> LookUpAsync(SoughtText text, bool typing, CancellationToken cancellation);

    /// <summary>The first text that a product on sale matches, whatever the filters; null when there is none.</summary>
    Task<SoughtText?> FirstAsync(IReadOnlyList<SoughtText> texts, CancellationToken cancellation);

    /// <summary>A page of the products that match, with the total and the facets of all of them.</summary>
    /// <param name="text">Null for a search without a text.</param>
    Task<SearchPage> PageAsync(SearchQuery query, SoughtText? text, CancellationToken cancellation);

    /// <summary>The words with typos corrected; null when nothing can be corrected.</summary>
    Task<Correction?> CorrectAsync(SoughtText text, CancellationToken cancellation);

    /// <summary>Categories and products for a text that is being typed.</summary>
    /// <param name="hidden">The products that are not among them.</param>
    Task<IReadOnlyList<Suggestion>> SuggestAsync(
        SoughtText text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation);
}

/// <param name="Dropped">Words that no word of a product is near to.</param>
internal sealed record Correction(string Text, IReadOnlyList<string> Dropped)
{
    /// <summary>Makes the corrected text of the typed words and of what each of them means; null when nothing is corrected.</summary>
    /// <param name="meant">For each typed word: the word that it means, or null when none is near.</param>
    public static Correction? Of(IReadOnlyList<string> typed, IReadOnlyList<string?> meant)
    {
        var words = meant.OfType<string>().ToList();
        return words.Count > 0 && !typed.SequenceEqual(meant)
            ? new(string.Join(' ', words), [.. typed.Where((_, i) => meant[i] is null)])
            : null;
    }
}

/// <summary>The steps of a search and of suggestions, the same with every engine; decision 28 has the rules.</summary>
internal static class TextSearch
{
    /// <param name="query">With the values of its filters separated.</param>
    public static async Task<SearchPage> SearchAsync(ITextIndex index, SearchQuery query, CancellationToken cancellation)
    {
        if (query.Text.Length == 0) return await index.PageAsync(query, null, cancellation);
        var words = Words.Compounded(Words.Of(query.Text));
        if (PriceWords.Of(query.Text) is not { } priced) return await FindAsync(index, query, words, PriceInText.None, cancellation);

        var before = query.After?.Instead?.Price ?? PriceInText.None;
        if (before is PriceInText.None or PriceInText.Name)
        {
            // A number may be part of a name.
            var named = await index.LookUpAsync(SoughtText.Of(query.Text, words)!, typing: false, cancellation);
            if (before == PriceInText.Name || await index.FirstAsync([named], cancellation) is not null)
                return await PageAsync(index, AsTyped(query, PriceInText.Name), named, cancellation);
        }

        if (before != PriceInText.LeftOut)
        {
            var page = await FindAsync(index, query with
            {
                MinPrice = priced.Min is { } min ? Math.Max(min, query.MinPrice ?? 0) : query.MinPrice,
                MaxPrice = priced.Max is { } max ? Math.Min(max, query.MaxPrice ?? long.MaxValue) : query.MaxPrice,
            }, priced.Left, PriceInText.Filter, cancellation);
            if (page.Total > 0 || before == PriceInText.Filter || priced.Left.Count == 0) return page;
        }

        var others = await FindAsync(index, query, priced.Left, PriceInText.LeftOut, cancellation);
        return others with { IgnoredWords = [.. others.IgnoredWords, priced.Text] };
    }

    private static SearchQuery AsTyped(SearchQuery query, PriceInText price) =>
        price == PriceInText.None ? query : query with { Instead = new(null, "", 0, price) };

    public static async Task<Suggestions> SuggestAsync(
        ITextIndex index, string text, int limit, IReadOnlyList<Guid> hidden, CancellationToken cancellation)
    {
        if (Sought(text) is not { } sought) return new([], text);
        var known = await index.LookUpAsync(sought, typing: true, cancellation);
        var found = await index.SuggestAsync(known, limit, hidden, cancellation);
        if (found.Count > 0 || await index.CorrectAsync(known, cancellation) is not { } meant) return new(found, text);
        known = await index.LookUpAsync(Sought(meant.Text)!, typing: true, cancellation);
        return new(await index.SuggestAsync(known, limit, hidden, cancellation), meant.Text);

        static SoughtText? Sought(string typed) => SoughtText.Of(typed, Words.Compounded(Words.Of(typed)));
    }

    // With every word; else with typos corrected; else without the least important words, one by one.
    private static async Task<SearchPage> FindAsync(
        ITextIndex index, SearchQuery query, IReadOnlyList<Word> words, PriceInText price, CancellationToken cancellation)
    {
        // The text is only a price.
        if (words.Count == 0 && Words.Of(query.Text).Count > 0) return await index.PageAsync(AsTyped(query, price), null, cancellation);
        if (query.After?.Instead is { } before)
            return await GoOnAsync(index, query, words, before with { Price = price }, cancellation);
        if (SoughtText.Of(query.Text, words) is not { } sought) return SearchPage.Nothing;
        sought = await index.LookUpAsync(sought, typing: false, cancellation);
        var page = await PageAsync(index, AsTyped(query, price), sought, cancellation);
        // The first page found the text as it was typed. A pinned product is found whatever the words are.
        if (query.After is not null || (page.Total > 0 && query.Pinned.Count == 0)
            || await index.FirstAsync([sought], cancellation) is not null) return page;

        var meant = await index.CorrectAsync(sought, cancellation);
        if (meant is not null)
        {
            var corrected = SoughtText.Of(meant.Text, Words.Compounded(Words.Of(meant.Text)))!;
            sought = await index.LookUpAsync(corrected with { HasAllWords = meant.Dropped.Count == 0 }, typing: false, cancellation);
        }

        List<SoughtText> ever = [sought];
        while (ever[^1].WithoutOne() is { } less) ever.Add(less);
        if (await index.FirstAsync(ever, cancellation) is not { } matching) return page;
        var instead = new SoughtInstead(meant?.Text, string.Join(' ', meant?.Dropped ?? []), matching.Optional, price);
        var found = await PageAsync(index, query with { Instead = instead }, matching, cancellation);
        if (found.Total == 0) return page;
        return found with { DidYouMean = meant?.Text, IgnoredWords = [.. meant?.Dropped ?? [], .. matching.Ignored] };
    }

    // As the page before: with what the index knows by now, another word might be corrected or left out.
    private static async Task<SearchPage> GoOnAsync(
        ITextIndex index, SearchQuery query, IReadOnlyList<Word> words, SoughtInstead instead, CancellationToken cancellation)
    {
        var dropped = instead.Dropped.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var sought = instead.Corrected is { } corrected
            ? SoughtText.Of(corrected, Words.Compounded(Words.Of(corrected)))
            : SoughtText.Of(query.Text, words);
        if (sought is null) return SearchPage.Nothing;
        sought = await index.LookUpAsync(sought with { HasAllWords = dropped.Length == 0 }, typing: false, cancellation);
        sought = sought.Without(instead.Optional);
        if (!sought.Required.Any()) return SearchPage.Nothing;
        var page = await PageAsync(index, query with { Instead = instead }, sought, cancellation);
        return page with { DidYouMean = instead.Corrected, IgnoredWords = [.. dropped, .. sought.Ignored] };
    }

    private static async Task<SearchPage> PageAsync(ITextIndex index, SearchQuery query, SoughtText text, CancellationToken cancellation)
    {
        var page = await index.PageAsync(query, text, cancellation);
        if (!query.Highlights) return page;
        var highlights = new Highlights(text);
        return page with { Items = [.. page.Items.Select(x => x with { NameMatches = highlights.In(x.Name) })] };
    }
}
