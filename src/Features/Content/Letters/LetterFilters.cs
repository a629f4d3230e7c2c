using Aarya.Features.Content.Analytics;
using Fluid;
using Fluid.Values;

namespace Aarya.Features.Content.Letters;

/// <summary>
/// What templates write amounts and times with, in the language of the letter: <c>money</c> (₹1,29,900.00), <c>number</c> (1,29,900),
/// <c>day</c> (29 November 2026) and <c>clock</c> (6:05 pm), both as in India.
/// </summary>
internal static class LetterFilters
{
    public static void AddTo(FilterCollection filters)
    {
        filters.AddFilter("money", (input, _, _) => new StringValue(Of<Money>(input, "money").ToDisplay()));
        filters.AddFilter("number", (input, _, context) => new StringValue(input.ToNumberValue().ToString("N0", context.CultureInfo)));
        filters.AddFilter("day", (input, _, context) => new StringValue(At(input, "day").ToString("d MMMM yyyy", context.CultureInfo)));
        filters.AddFilter("clock", (input, _, context) => new StringValue(At(input, "clock").ToString("h:mm tt", context.CultureInfo)));
    }

    private static DateTimeOffset At(FluidValue input, string filter) => IndianDay.TimeOf(Of<DateTimeOffset>(input, filter));

    private static T Of<T>(FluidValue input, string filter) => input.ToObjectValue() is T value
        ? value
        : throw new InvalidOperationException($"The filter {filter} of a template takes a {typeof(T).Name}, not {input.ToObjectValue()}.");
}
