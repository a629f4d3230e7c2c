using Aarya.Features.Search.Engine;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>A filter accepts every value that a facet offers.</summary>
public sealed class FacetFiltersSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly string[] Nasty =
    [
        "Black, White", "Black", "White", "Black,White", "Black, White, Red", "Red", "black, white & red", "50% Grey", "A+B", "A B",
        "a&b=c", "#1", "Blue?", "x/y", "\"Quoted\"", "It's", "back\\slash", "Écru", "E\u0301CRU", "Crème brûlée", "नीला", "İndigo",
        "Straße", "  Padded  ", "line\nbreak", "tab\there", "👕", "100%25", "%2C", ";", "a|b", "Żółty",
    ];

    private readonly CatalogueNews news = new(fixture.Host);

    [Fact]
    public async Task every_value_of_a_nasty_catalogue_filters_as_its_facet_counts()
    {
        foreach (var value in Nasty) await news.PublishAsync("Kurta", category: value, sizes: [value], colours: [value, "Plain"]);
        var all = await SearchAsync("");
        Assert.Equal(Nasty.Length, all.Total);

        foreach (var facet in all.Facets.Where(x => x.Name is "category" or "size" or "colour"))
        {
            Assert.True(facet.Values.Count >= Nasty.Length - 2, $"{facet.Name} has {facet.Values.Count} values");
            foreach (var value in facet.Values)
            {
                var found = await SearchAsync($"&{facet.Name}={Uri.EscapeDataString(value.Value)}");
                Assert.True(value.Count == found.Total, $"{facet.Name} '{value.Value}' promised {value.Count} and found {found.Total}");
                var decomposed = Uri.EscapeDataString(value.Value.Normalize(System.Text.NormalizationForm.FormD));
                Assert.Equal(value.Count, (await SearchAsync($"&{facet.Name}={decomposed}")).Total);
            }
        }
    }

    [Theory]
    [InlineData("category")]
    [InlineData("size")]
    [InlineData("colour")]
    public async Task a_list_of_commas_is_refused(string filter)
    {
        var commas = new string(',', 5_000);

        var answer = await Host.Scenario(x => { x.Get.Url($"/api/search?{filter}=Red{commas}"); x.StatusCodeShouldBe(400); });

        Assert.Contains($"\"{filter}\"", answer.ReadAsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour=Black%2C%20White", 1)]
    [InlineData("colour=black,%20white", 1)]
    [InlineData("colour=White&colour=Black", 2)]
    [InlineData("colour=White,Black", 2)]
    [InlineData("colour=White%2CBlack&colour=Red", 3)]
    [InlineData("colour=Black,%20White&colour=Red", 2)]
    [InlineData("colour=Black,%20White,Red", 2)]
    [InlineData("colour=Red,Black,%20White,White", 3)]
    [InlineData("colour=Red,Green", 1)]
    [InlineData("colour=,%20,Red,", 1)]
    [InlineData("colour=&colour=Red", 1)]
    [InlineData("colour=,", 4)]
    [InlineData("colour=Green", 0)]
    public async Task several_values_come_one_by_one_or_by_commas_and_a_value_with_a_comma_stays_whole(string filter, int found)
    {
        foreach (var colour in new[] { "Black, White", "Black", "White", "Red" }) await news.PublishAsync("Kurta", colours: [colour]);

        Assert.Equal(found, (await SearchAsync($"&{filter}")).Total);
    }

    [Fact]
    public async Task a_filter_by_grpc_means_the_same()
    {
        foreach (var colour in new[] { "Black, White", "Black", "Red" }) await news.PublishAsync("Kurta", colours: [colour]);
        var search = Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

        Assert.Equal(1, (await search.SearchProductsAsync(new() { Query = news.Word, Colour = { "Black, White" } })).Total);
        Assert.Equal(2, (await search.SearchProductsAsync(new() { Query = news.Word, Colour = { "Black, White", "Red" } })).Total);
        Assert.Equal(2, (await search.SearchProductsAsync(new() { Query = news.Word, Colour = { "Black,Red" } })).Total);
    }

    [Fact]
    public void two_queries_of_one_key_ask_the_same()
    {
        (string? Text, string[]? Category, string[]? Size, string[]? Colour)[] asked =
        [
            ("a", null, null, null), ("a", ["b"], null, null), ("a", null, ["b"], null), ("a", null, null, ["b"]), ("", ["a"], ["b"], null),
            ("", ["a", "b"], null, null), ("", ["a,b"], null, null), ("", ["a\nb"], null, null), ("", ["a"], null, ["b"]),
            ("", ["1:a"], null, null), ("", ["a", "1:b"], null, null), ("", ["a1:b"], null, null),
            ("1:a", null, null, null), ("x\n1:a", null, null, null), ("x", null, null, ["a\n"]), ("x", null, null, ["a", "x"]),
        ];

        var keys = asked.Select(x => SearchQuery.From(x.Text, x.Category, x.Size, x.Colour, null, null, null, null, null, null).Query!.Key);
        Assert.Equal(asked.Length, keys.Distinct().Count());
    }

    [Theory]
    [InlineData("size=1,2,3,4,5,6,7,8,9,10&size=11,12,13,14,15,16,17,18,19,20,21", "size")]
    [InlineData("colour=a&colour={long}", "colour")]
    [InlineData("category=a&category=b%00", "category")]
    public async Task too_much_over_several_parameters_is_refused_by_name(string query, string field)
    {
        var response = await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?{query.Replace("{long}", new string('a', 101), StringComparison.Ordinal)}");
            x.StatusCodeShouldBe(400);
        });

        Assert.Contains($"\"{field}\":[", response.ReadAsText(), StringComparison.Ordinal);
    }

    private async Task<SearchPage> SearchAsync(string filters) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q={news.Word}&limit=100{filters}"))).ReadAsJson<SearchPage>()!;
}
