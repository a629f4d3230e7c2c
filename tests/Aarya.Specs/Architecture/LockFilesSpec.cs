using System.Text.Json;
using System.Xml.Linq;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

/// <summary>The versions of all packages are in the repository, so that two clones are one program.</summary>
public sealed class LockFilesSpec
{
    [Fact]
    public void every_project_has_a_lock_file_that_names_no_registry()
    {
        var projects = new[] { "src", "tests", "bench" }
            .SelectMany(x => Directory.EnumerateFiles(Repository.PathOf(x), "*.csproj", SearchOption.AllDirectories)).ToList();
        Assert.Contains(projects, x => x.EndsWith("Aarya.Api.csproj", StringComparison.Ordinal));
        Assert.All(projects, project =>
        {
            var text = File.ReadAllText(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"));
            Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("Aarya.Api")]
    [InlineData("Aarya.Sandbox")]
    [InlineData("Features")]
    [InlineData("Infrastructure")]
    public void what_is_released_is_locked_for_every_platform_that_it_is_compiled_for(string project)
    {
        var platforms = XDocument.Load(Repository.PathOf("src/Directory.Build.props")).Descendants("RuntimeIdentifiers").Single().Value;
        var targets = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"src/{project}/packages.lock.json"))).RootElement
            .GetProperty("dependencies").EnumerateObject().Select(x => x.Name).ToList();
        Assert.Equal(["net10.0", .. platforms.Split(';').Select(x => $"net10.0/{x}").Order()], targets.Order());
        var script = File.ReadAllText(Repository.PathOf("deploy/script/build.sh"));
        Assert.All(platforms.Split(';'), x => Assert.Contains($"echo {x} ;;", script, StringComparison.Ordinal));
    }
}
