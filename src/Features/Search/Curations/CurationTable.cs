using System.Data.Common;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Curations;

/// <summary>The rows of <c>search.curation</c>.</summary>
internal static class CurationTable
{
    public const string Select =
        """
        select query, pinned, hidden, coalesce(redirect_category, ''), coalesce(redirect_path, ''), key from search.curation order by query
        """;

    /// <summary>Reads all rows, each with its key: <see cref="CurationView.KeyOf"/> by the rules of its time.</summary>
    public static async Task<IReadOnlyList<(string Key, CurationView Curation)>> ReadAsync(
        DbDataReader rows, CancellationToken cancellation)
    {
        List<(string, CurationView)> all = [];
        while (await rows.ReadAsync(cancellation))
        {
            var (category, path) = (rows.GetString(3), rows.GetString(4));
            all.Add((rows.GetString(5), new(
                rows.GetString(0), await rows.GetFieldValueAsync<Guid[]>(1, cancellation),
                await rows.GetFieldValueAsync<Guid[]>(2, cancellation),
                category.Length + path.Length == 0 ? null : new(category.Length > 0 ? category : null, path.Length > 0 ? path : null))));
        }

        return all;
    }
}
