using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Fluid;
using Fluid.Values;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Content.Letters;

/// <summary>
/// Writes letters from the templates beside this file. A template captures <c>title</c>, <c>summary</c> and <c>mail_subject</c>; what
/// remains of it is the body of the mail. It is written once and rendered twice: the pieces in <c>text/</c> and <c>html/</c>, and their
/// layouts, define how a paragraph, a button or a table looks in either form.
/// </summary>
public sealed partial class LetterTemplates
{
    private const string Layout = "layout";

    // The encoder of the platform would write Devanagari as numbers, six times as long.
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    private static readonly ConcurrentDictionary<Type, (string Name, PropertyInfo Property)[]> Members = new();

    private static readonly Dictionary<string, CultureInfo> Cultures = new()
    {
        [Languages.English] = CultureInfo.GetCultureInfo("en-IN"),
        [Languages.Hindi] = CultureInfo.GetCultureInfo("hi-IN"),
    };

    private readonly ILogger<LetterTemplates> log;
    private readonly LetterGrammar grammar;
    private readonly TemplateOptions options;
    private readonly Dictionary<string, IFluidTemplate> templates = [];

    /// <param name="strict">
    /// A value that a template names and that is absent or null is an error. Otherwise it is left out, and a name that the facts do not
    /// have is a warning in the log.
    /// </param>
    public LetterTemplates(ILogger<LetterTemplates> log, bool strict = false)
    {
        this.log = log;
        grammar = new(Piece);
        options = new()
        {
            MemberAccessStrategy = new UnsafeMemberAccessStrategy { MemberNameStrategy = MemberNameStrategies.SnakeCase },
            StrictVariables = strict,
            StrictFilters = strict,
        };
        LetterFilters.AddTo(options.Filters);
        foreach (var file in LetterFiles.All) templates.Add(file.Path, grammar.Read(file));
    }

    /// <summary>The letter of this kind, in this language if it is one of the shop's, else in English.</summary>
    /// <param name="unsubscribeUrl">The link that stops mails of this kind.</param>
    public Task<Letter> WriteAsync<T>(LetterKind<T> kind, string? language, T facts, string? unsubscribeUrl = null)
        where T : class => WriteOneAsync(kind, language, facts, unsubscribeUrl);

    /// <summary>The letter with its sample, for the preview.</summary>
    public Task<Letter> WriteSampleAsync(ILetterKind kind, string language) => WriteOneAsync(
        kind, language, kind.SampleFacts,
        kind.HasUnsubscribeLink ? "https://shop.aarya.example/api/mail/unsubscribe/sample" : null);

    private async Task<Letter> WriteOneAsync(ILetterKind kind, string? wanted, object facts, string? unsubscribeUrl)
    {
        var language = Languages.All.Contains(wanted) ? wanted! : Languages.English;
        if (!templates.TryGetValue($"{language}/{kind.Name}", out var template))
        {
            LogUntranslated(kind.Name, language);
            language = Languages.English;
            template = templates[$"{language}/{kind.Name}"];
        }

        var context = ContextOf(kind, language, facts);
        var text = await RenderAsync(template, LetterForm.Text, context);
        var subject = CapturedIn(context, "mail_subject");
        var letter = new Letter(
            kind.Name, CapturedIn(context, "title"), CapturedIn(context, "summary"), subject, "", "", kind.HoldsLink,
            kind.Choice != LetterChoice.None, unsubscribeUrl);
        if (subject.Length == 0) return letter;

        var html = await RenderAsync(template, LetterForm.Html, ContextOf(kind, language, facts));
        return letter with
        {
            Text = await LaidOutAsync(LetterForm.Text, kind, language, letter, text),
            Html = await LaidOutAsync(LetterForm.Html, kind, language, letter, html),
        };
    }

    private async Task<string> LaidOutAsync(LetterForm form, ILetterKind kind, string language, Letter letter, string content)
    {
        var context = ContextOf(kind, language, facts: null);
        context.SetValue("language", language);
        context.SetValue("subject", letter.Subject);
        context.SetValue("unsubscribe_url", letter.UnsubscribeUrl ?? "");
        var words = await RenderAsync(templates[$"{language}/words/unsubscribe"], LetterForm.Text, context);
        context.SetValue("unsubscribe_words", words.Trim());
        context.SetValue("content", new StringValue(EmptyLines().Replace(content, "\n\n").Trim(), encode: false));
        return await RenderAsync(Piece(form, Layout), form, context);
    }

    private static async Task<string> RenderAsync(IFluidTemplate template, LetterForm form, TemplateContext context)
    {
        LetterGrammar.SetForm(context, form);
        await using var writer = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
        await template.RenderAsync(writer, form == LetterForm.Html ? Html : NullEncoder.Default, context);
        return writer.ToString();
    }

    private IFluidTemplate Piece(LetterForm form, string name) => templates[$"{(form == LetterForm.Html ? "html" : "text")}/{name}"];

    private TemplateContext ContextOf(ILetterKind kind, string language, object? facts)
    {
        var context = new TemplateContext(options)
        {
            CultureInfo = Cultures[language],
            Undefined = name =>
            {
                LogAbsent(name, kind.Name, language);
                return new(NilValue.Instance);
            },
        };
        if (facts is null) return context;
        foreach (var (name, property) in Members.GetOrAdd(facts.GetType(), MembersOf))
            context.SetValue(name, FluidValue.Create(property.GetValue(facts), options));
        return context;
    }

    private static (string Name, PropertyInfo Property)[] MembersOf(Type type) =>
        [.. type.GetProperties().Select(x => (JsonNamingPolicy.SnakeCaseLower.ConvertName(x.Name), x))];

    // One line: a subject is a header of the mail, and a template may break its lines.
    private static string CapturedIn(TemplateContext context, string name) =>
        Space().Replace(context.GetValue(name).ToStringValue(), " ").Trim();

    // Where a template has only a tag, an empty line remains.
    [GeneratedRegex(@"\n\s*\n")]
    private static partial Regex EmptyLines();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [LoggerMessage(LogLevel.Warning, "The letter {Kind} has no template in {Language}; it was written in English.")]
    private partial void LogUntranslated(string kind, string language);

    [LoggerMessage(LogLevel.Warning, "A template names {Name}, which {Kind} ({Language}) does not have; it was left empty.")]
    private partial void LogAbsent(string name, string kind, string language);
}
