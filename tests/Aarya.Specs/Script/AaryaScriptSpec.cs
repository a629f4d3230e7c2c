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
            ["up [--split]", "down [--wipe]", "test [filter]", "smoke [url]", "bench [name]", "seed [--size demo|large]", "migrate [--check|--status]", "release", "help"],
            command => Assert.Contains($"./aarya {command}", help.Output, StringComparison.Ordinal));
        Assert.StartsWith("Aarya, the commerce backend", (await ScriptAsync([])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up", "--spilt", "up knows only --split, not '--spilt'.")]
    [InlineData("down", "--all", "down knows only --wipe, not '--all'.")]
    [InlineData("--split", "", "there is no option '--split': ./aarya help lists the commands.")]
    public Task a_slip_of_the_pen_gets_one_line(string command, string option, string line) =>
        RefusesAsync(line, [command, option]);

    [Theory]
    [InlineData("AARYA_PORT")]
    [InlineData("AARYA_SANDBOX_PORT")]
    public Task a_taken_port_gets_one_line_that_names_the_setting(string setting) =>
        RefusesAsync($"choose another port with {setting}=<port>.", ["up"], (setting, $"{fixture.Redis.Port}"));

    [Fact]
    public Task a_port_that_is_none_gets_one_line() =>
        RefusesAsync("AARYA_PORT is 'eighty': it must be a port, 1 to 65535.", ["up"], ("AARYA_PORT", "eighty"));

    [Fact]
    public async Task down_where_nothing_runs_does_no_harm() => Assert.Equal(0, (await ScriptAsync(["down"])).ExitCode);

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
            start.Environment["AARYA_PORT"] = $"{RedisServer.FreePort()}";
            start.Environment["AARYA_SANDBOX_PORT"] = $"{RedisServer.FreePort()}";
            foreach (var (name, value) in settings) start.Environment[name] = value;
            return await ChildProgram.RunAsync(start);
        }
        finally
        {
            if (state.Exists) state.Delete(recursive: true);
        }
    }
}
