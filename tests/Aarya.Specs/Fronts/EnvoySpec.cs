using System.Diagnostics;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Fronts;

/// <summary>The file for Envoy, which no spec can run, compared with Envoy's published protos where they are at hand.</summary>
public sealed class EnvoySpec
{
    [Fact]
    public async Task the_file_is_as_the_protos_have_it()
    {
        var check = Path.Combine(Repository.Root, "..", "shared", "specs", "envoy-check.py");
        Assert.SkipUnless(File.Exists(check), "The check of Envoy's files is not beside the clone (../shared/specs/envoy-check.py).");

        var ended = await ChildProgram.RunAsync(
            new ProcessStartInfo("/usr/bin/python3", [check, Repository.PathOf("deploy/envoy/envoy.yaml")]));

        Assert.SkipWhen(ended.Error.Contains("ModuleNotFoundError", StringComparison.Ordinal),
            $"The check needs python3-protobuf and python3-yaml: {ended.Error}");
        Assert.True(ended.ExitCode == 0, ended.Error);
    }
}
