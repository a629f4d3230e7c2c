using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Search.Engine;

/// <summary>The stems of a query are those that PostgreSQL has put into the index.</summary>
public sealed class EnglishStemSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const int Made = 50_000;

    private static readonly string[] Endings =
    [
        "", "s", "es", "ed", "ing", "eed", "eedly", "edly", "ingly", "ies", "ied", "y", "ly", "li", "sses", "ss", "us", "e", "ll", "at",
        "bl", "iz", "tional", "ational", "ization", "izer", "ator", "ation", "alism", "aliti", "alli", "fulness", "ousli", "ousness",
        "iveness", "iviti", "biliti", "bli", "ogi", "logi", "fulli", "lessli", "enci", "anci", "abli", "entli", "alize", "icate", "iciti",
        "ical", "ful", "ness", "ative", "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ism", "ate",
        "iti", "ous", "ive", "ize", "ion", "tion", "sion", "ying", "yed",
    ];

    private static readonly string[] Beginnings =
        ["", "gener", "commun", "arsen", "inn", "out", "cann", "herr", "earr", "proc", "exc", "succ"];

    [Fact]
    public async Task every_word_has_the_stem_that_postgresql_gives_it()
    {
        var random = new Random(1);
        string[] words =
        [
            .. Lexicon.Words, "skis", "skies", "dying", "lying", "tying", "idly", "gently", "ugly", "early", "only", "singly", "sky",
            "news", "howe", "atlas", "cosmos", "bias", "andes", "innings", "earrings", "herrings", "proceed", "exceeds", "succeeded",
            "by", "say",
            "कुर्ता", "सूती", "तांत", .. Enumerable.Range(0, Made).Select(_ => MakeUp(random)),
        ];
        await using var connection = (NpgsqlConnection)Host.Services.GetRequiredService<ISearchStore>().Storage.Database.CreateConnection();
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "select word, stem[1] from (select word, ts_lexize('english_stem', word) as stem from unnest($1::text[]) as word) as stemmed "
            + "where stem <> '{}'", connection)
        { Parameters = { new() { Value = words.Distinct().ToArray() } } };
        List<string> wrong = [];
        var compared = 0;
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            var (word, stem) = (reader.GetString(0), reader.GetString(1));
            compared++;
            if (EnglishStem.Of(word) != stem) wrong.Add($"{word}: {EnglishStem.Of(word)} instead of {stem}");
        }

        Assert.Empty(wrong);
        Assert.InRange(compared, Made / 2, int.MaxValue);

        static string MakeUp(Random random)
        {
            const string letters = "aeiouybcdfghjklmnprstvwxz";
            var middle = new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => letters[random.Next(letters.Length)])]);
            return Beginnings[Math.Max(0, random.Next(24) - 12)] + middle + Endings[random.Next(Endings.Length)]
                + (random.Next(3) == 0 ? Endings[random.Next(Endings.Length)] : "");
        }
    }
}
