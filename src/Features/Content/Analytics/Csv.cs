using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Content.Analytics;

/// <summary>A report as a CSV file (RFC 4180).</summary>
internal static class Csv
{
    private const string Format = "csv";

    /// <summary>Null when the format is absent or <c>csv</c>.</summary>
    public static ProblemDetails? Validate(string? format) =>
        format is null or Format ? null : Problem.Invalid("format", "must be csv, or absent for JSON.");

    public static IResult Of(string name, string[] titles, IEnumerable<string[]> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows.Prepend(titles)) text.AppendJoin(',', row.Select(Field)).Append("\r\n");
        return Results.File(Encoding.UTF8.GetBytes(text.ToString()), "text/csv; charset=utf-8", $"{name}.csv");
    }

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>In rupees.</summary>
    public static string Amount(Money amount) => (amount.Minor / 100m).ToString("0.00", CultureInfo.InvariantCulture);

    // A text that a spreadsheet would read as a formula gets an apostrophe: clients decide what a path or a search is.
    private static string Field(string text)
    {
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]
            && !decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            text = $"'{text}";
        return text.AsSpan().ContainsAny("\",\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
