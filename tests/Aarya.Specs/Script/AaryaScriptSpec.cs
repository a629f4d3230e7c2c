using System.Diagnostics;
using Aarya.Specs.Support;

namespace Aarya.Specs.Script;

/// <summary>The script at the root of the repository, as far as it can be tried without starting a second system.</summary>
public sealed class AaryaScriptSpec(AaryaFixture fixture)
{
    [Fact]
    public async Task help_lists_every_command()
    {
        var help = await ScriptAsync(["help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.All(
            [
                "up [--split]", "down [--wipe]", "test [filter]", "smoke [url]", "bench [name]",
                "drill [--split] [--short] [--rounds N] [--shoppers N] [--part NAME]...",
                "seed [--size demo|large]", "migrate [--check|--status]", "release", "help",
            ],
            command => Assert.Contains($"./aarya {command}", help.Output, StringComparison.Ordinal));
        Assert.StartsWith("Aarya, the commerce backend", (await ScriptAsync([])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up", "--spilt", "up accepts only --split, not '--spilt'.")]
    [InlineData("down", "--all", "down accepts only --wipe, not '--all'.")]
    [InlineData("drill", "--fast", "drill accepts only --split, --short, --rounds, --shoppers and --part, not '--fast'.")]
    [InlineData("drill", "--rounds", "drill --rounds takes a whole number from 1 to 999, not ''.")]
    [InlineData("drill", "--shoppers 0", "drill --shoppers takes a whole number from 1 to 999, not '0'.")]
    [InlineData("drill", "--rounds 1e3", "drill --rounds takes a whole number from 1 to 999, not '1e3'.")]
    [InlineData("drill", "--part disk", "drill --part takes postgres, redis, mail, sandbox, all or a role, not 'disk'.")]
    [InlineData("--split", "", "there is no option '--split': ./aarya help lists the commands.")]
    public Task a_slip_of_the_pen_gets_one_line(string command, string option, string line) =>
        RefusesAsync(line, [command, .. option.Split(' ')]);

    [Theory]
    [InlineData("AARYA_PORT")]
    [InlineData("AARYA_SANDBOX_PORT")]
    public Task a_taken_port_gets_one_line_that_names_the_setting(string setting) =>
        RefusesAsync($"choose another port with {setting}=<port>.", ["up"], (setting, $"{fixture.Redis.Port}"));

    [Fact]
    public Task a_port_that_is_none_gets_one_line() =>
        RefusesAsync("AARYA_PORT is 'eighty': it must be a port, 1 to 65535.", ["up"], ("AARYA_PORT", "eighty"));

    [Fact]
    public Task a_wrong_sdk_gets_one_line() =>
        WithToolAsync("dotnet", "echo '8.0.404 [/usr/share/dotnet/sdk]'",
            "the .NET SDK must be 10.x (found: 8.0.404): install it from https://dot.net/download.");

    [Fact]
    public Task a_full_disk_gets_one_line() =>
        WithToolAsync("df", "echo 'Filesystem 1048576-blocks Used Available Capacity Mounted on'; echo '/dev/sda1 100 97 3 97% /'",
            "has 3 MB left and 512 MB are needed.");

    [Fact]
    public async Task down_where_nothing_runs_does_no_harm() => Assert.Equal(0, (await ScriptAsync(["down"])).ExitCode);

    // Runs the script as on a machine with another tool of this name.
    private static async Task WithToolAsync(string name, string says, string line)
    {
        var folder = Directory.CreateTempSubdirectory("aarya-tools-");
        try
        {
            var tool = Path.Combine(folder.FullName, name);
            await File.WriteAllTextAsync(tool, $"#!/bin/sh\n{says}\n");
            File.SetUnixFileMode(tool, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            await RefusesAsync(line, ["up"], ("PATH", $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RefusesAsync(string line, string[] arguments, params (string Name, string Value)[] settings)
    {
        var script = await ScriptAsync(arguments, settings);
        Assert.Equal(1, script.ExitCode);
        Assert.EndsWith(line, Assert.Single(script.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    // With a state folder of its own, so that whatever this clone runs is neither seen nor stopped.
    private static async Task<ChildProgram> ScriptAsync(string[] arguments, params (string Name, string Value)[] settings)
    {
        var state = Directory.CreateTempSubdirectory("aarya-script-");
        try
        {
            var start = new ProcessStartInfo(Repository.PathOf("aarya"), arguments.Where(x => x.Length > 0));
            start.Environment["AARYA_HOME"] = state.FullName;
            foreach (var port in new[] { "AARYA_PORT", "AARYA_SANDBOX_PORT", "AARYA_PG_PORT", "AARYA_REDIS_PORT" })
                start.Environment[port] = $"{Ports.Free()}";
            foreach (var (name, value) in settings) start.Environment[name] = value;
            return await ChildProgram.RunAsync(start);
        }
        finally
        {
            if (state.Exists) state.Delete(recursive: true);
        }
    }
}
