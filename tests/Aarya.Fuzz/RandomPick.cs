namespace Aarya.Fuzz;

internal static class RandomPick
{
    /// <summary>One of the elements.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
