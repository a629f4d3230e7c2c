using System.Diagnostics;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Script;

/// <summary>Which specs `./aarya test --changed` runs, in a small repository.</summary>
public sealed class SpecsOfChangeSpec : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["src/Features/Commerce/Cart/Carts.cs"] = "public sealed class Carts;",
        ["src/Features/Commerce/Cart/cart.lua"] = "return 1",
        ["src/Infrastructure/Rates/RateCounter.cs"] = "internal static partial class RateCounter { public record struct Rate(int Count); }",
        ["src/Aarya.Api/Program.cs"] = "return 0;",
        ["src/Aarya.Sandbox/Books.cs"] = "public sealed class Books;",
        ["protos/core.proto"] = "syntax = \"proto3\";",
        ["docs/operations.md"] = "# Operations",
        ["docs/terms.md"] = "# Terms",
        ["deploy/script/build.sh"] = "true",
        ["tests/Aarya.Specs/Commerce/Cart/AddToCartSpec.cs"] = "public sealed class AddToCartSpec;",
        ["tests/Aarya.Specs/Privacy/ErasureSpec.cs"] = "public sealed class ErasureSpec { Carts carts; }",
        ["tests/Aarya.Specs/Support/Basket.cs"] = "internal sealed class Basket { Carts carts; }",
        ["tests/Aarya.Specs/Content/MailSpec.cs"] = "public sealed class MailSpec { Basket basket; }",
        ["tests/Aarya.Specs/Content/OtherSpec.cs"] = "public sealed class OtherSpec { /* Cartography, docs/operations.md */ }",
        ["tests/Aarya.Specs/Support/Shelf.cs"] = "internal static class Shelf { public static void Sells(\n    this Host host) { } }",
        ["tests/Aarya.Specs/Content/MenuSpec.cs"] = "public sealed class MenuSpec { void Set() => host.Sells(); }",
        ["tests/Aarya.Specs/Edge/RawSpec.cs"] = "public abstract class RawSpec { public sealed class InOneProcess : RawSpec; }",
        ["tests/Aarya.Specs/Edge/CoreSpec.cs"] = "public abstract class CoreSpec;",
        ["tests/Aarya.Specs/Edge/LoginSpec.cs"] = "public sealed class LoginSpec : CoreSpec;",
        ["tests/Aarya.Specs/Rates/RateCounterSpec.cs"] = "public sealed class RateCounterSpec;",
    };

    private readonly DirectoryInfo clone = Directory.CreateTempSubdirectory("aarya-changed-");

    public async ValueTask InitializeAsync()
    {
        foreach (var (path, text) in Files) await WriteAsync(path, text);
        await InCloneAsync("git init -q . && git add -A && git -c user.name=Asha -c user.email=asha@example.com commit -qm 'Begin'");
    }

    [Theory]
    [InlineData("src/Features/Commerce/Cart/Carts.cs", "Commerce.Cart.AddToCartSpec*", "Content.MailSpec*", "Privacy.ErasureSpec*")]
    [InlineData("src/Features/Commerce/Cart/cart.lua", "Commerce.Cart.AddToCartSpec*")]
    [InlineData("src/Infrastructure/Rates/RateCounter.cs", "Rates.RateCounterSpec*")]
    [InlineData("src/Aarya.Sandbox/Books.cs", "Payment.*")]
    [InlineData("deploy/script/build.sh", "Script.*")]
    [InlineData("docs/operations.md", "Content.OtherSpec*")]
    [InlineData("docs/terms.md")]
    [InlineData("tests/Aarya.Specs/Support/Basket.cs", "Content.MailSpec*")]
    [InlineData("tests/Aarya.Specs/Support/Shelf.cs", "Content.MenuSpec*")]
    [InlineData("tests/Aarya.Specs/Content/OtherSpec.cs", "Content.OtherSpec*")]
    [InlineData("tests/Aarya.Specs/Edge/RawSpec.cs", "Edge.RawSpec*")]
    [InlineData("tests/Aarya.Specs/Edge/CoreSpec.cs", "Edge.CoreSpec*", "Edge.LoginSpec*")]
    public async Task a_changed_file_selects_its_room_and_what_names_it(string file, params string[] specs)
    {
        await WriteAsync(file, Files[file] + "\n");
        Assert.Equal(["Architecture.*", .. specs], await SelectedAsync());
    }

    [Theory]
    [InlineData("src/Aarya.Api/Program.cs")]
    [InlineData("protos/core.proto")]
    public async Task a_change_of_what_all_depend_on_selects_all(string file)
    {
        await WriteAsync(file, Files[file] + "\n");
        Assert.Contains("all", await SelectedAsync());
    }

    [Fact]
    public async Task a_deleted_type_selects_what_still_names_it()
    {
        File.Delete(Path.Combine(clone.FullName, "src/Features/Commerce/Cart/Carts.cs"));
        Assert.Equal(["Architecture.*", "Commerce.Cart.AddToCartSpec*", "Content.MailSpec*", "Privacy.ErasureSpec*"],
            await SelectedAsync());
    }

    [Fact]
    public async Task a_moved_file_selects_its_old_and_its_new_room()
    {
        await InCloneAsync("mkdir src/Features/Content && git mv src/Features/Commerce/Cart/cart.lua src/Features/Content/cart.lua");
        Assert.Equal(["Architecture.*", "Commerce.Cart.AddToCartSpec*", "Content.MailSpec*", "Content.MenuSpec*", "Content.OtherSpec*"],
            await SelectedAsync());
    }

    [Fact]
    public async Task an_untracked_spec_is_selected()
    {
        await WriteAsync("tests/Aarya.Specs/Content/NewSpec.cs", "public sealed class NewSpec;");
        Assert.Equal(["Architecture.*", "Content.NewSpec*"], await SelectedAsync());
    }

    [Fact]
    public async Task without_a_change_nothing_is_selected() => Assert.Empty(await SelectedAsync());

    private async Task<IEnumerable<string>> SelectedAsync()
    {
        var script = Repository.PathOf("deploy/script/changed.sh");
        var output = await InCloneAsync($"SPECS=tests/Aarya.Specs; . '{script}'; specs_of_change HEAD | sort -u");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(x => x.Replace("Aarya.Specs.", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    private async Task<string> InCloneAsync(string line)
    {
        var run = await ChildProgram.RunAsync(
            new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; {line}"]) { WorkingDirectory = clone.FullName });
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }

    private async Task WriteAsync(string path, string text)
    {
        var file = Path.Combine(clone.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text + "\n");
    }

    public ValueTask DisposeAsync()
    {
        clone.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}
