using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace Aarya.Features.Content.Letters;

public enum LetterForm
{
    Text,
    Html,
}

/// <summary>
/// Liquid, and the pieces that a letter is made of: <c>{% paragraph %}</c>, <c>{% button url %}</c>, <c>{% table %}</c>,
/// <c>{% row amount %}</c> and <c>{% sum amount %}</c>. Each form has a template per piece, which defines how the piece looks.
/// </summary>
internal sealed partial class LetterGrammar
{
    private const string Form = "letter-form";

    private readonly Func<LetterForm, string, IFluidTemplate> piece;
    private readonly FluidParser parser = new();

    /// <param name="piece">Finds the template of a piece.</param>
    public LetterGrammar(Func<LetterForm, string, IFluidTemplate> piece)
    {
        this.piece = piece;
        foreach (var name in (string[])["paragraph", "table"])
        {
            parser.RegisterEmptyBlock(
                name, (content, writer, encoder, context) => WriteAsync(name, null, content, writer, encoder, context));
        }

        foreach (var name in (string[])["button", "row", "sum"])
        {
            parser.RegisterExpressionBlock(name, async (expression, content, writer, encoder, context) => await WriteAsync(
                name, await expression.EvaluateAsync(context), content, writer, encoder, context));
        }
    }

    /// <summary>The form in which the context is rendered.</summary>
    public static void SetForm(TemplateContext context, LetterForm form) => context.AmbientValues[Form] = form;

    /// <exception cref="InvalidOperationException">The template is not valid.</exception>
    public IFluidTemplate Read(LetterFile file) => parser.TryParse(file.Content, out var template, out var error)
        ? template
        : throw new InvalidOperationException($"The template {file.Path} is not valid: {error}");

    private async ValueTask<Completion> WriteAsync(
        string name, FluidValue? value, IReadOnlyList<Statement> content, TextWriter writer, TextEncoder encoder, TemplateContext context)
    {
        await using var inner = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture);
        foreach (var statement in content)
        {
            if (await statement.WriteToAsync(inner, encoder, context) is not Completion.Normal and var left) return left;
        }

        // Words are one line, and a table is a line per row, however the template breaks its lines.
        var words = name == "table" ? Break().Replace(inner.ToString(), "\n").Trim() : Space().Replace(inner.ToString(), " ").Trim();
        context.EnterChildScope();
        try
        {
            context.SetValue("content", new StringValue(words, encode: false));
            context.SetValue("value", value ?? NilValue.Instance);
            await piece((LetterForm)context.AmbientValues[Form], name).RenderAsync(writer, encoder, context);
        }
        finally
        {
            context.ReleaseScope();
        }

        return Completion.Normal;
    }

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex Break();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
