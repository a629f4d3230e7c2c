using System.Diagnostics;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

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
                "up [--split]", "down [--wipe]", "test [filter]", "test --changed [commit]", "smoke [url]", "bench [name]",
                "drill [--split] [--short] [--rounds N] [--shoppers N] [--part NAME]...",
                "seed [--size demo|large]", "migrate [--check|--status]", "release", "help",
                "backup [--to DIRECTORY]", "backup verify [BACKUP]", "check server",
                "restore BACKUP [--until TIMESTAMP] [--timeline N] [--into DIRECTORY] [--replace]",
            ],
            command => Assert.Contains($"./aarya {command}", help.Output, StringComparison.Ordinal));
        Assert.StartsWith("Aarya, the commerce backend", (await ScriptAsync([])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("up", "--spilt", "up accepts only --split and --observe, not '--spilt'.")]
    [InlineData("down", "--all", "down accepts only --wipe, not '--all'.")]
    [InlineData("drill", "--fast", "drill accepts only --split, --short, --rounds, --shoppers and --part, not '--fast'.")]
    [InlineData("drill", "--rounds", "drill --rounds takes a whole number from 1 to 999, not ''.")]
    [InlineData("drill", "--shoppers 0", "drill --shoppers takes a whole number from 1 to 999, not '0'.")]
    [InlineData("drill", "--rounds 1e3", "drill --rounds takes a whole number from 1 to 999, not '1e3'.")]
    [InlineData("drill", "--part disk", "drill --part takes postgres, redis, mail, sandbox, all or a role, not 'disk'.")]
    [InlineData("backup", "--form /mnt", "backup accepts --to DIRECTORY or verify, not '--form'.")]
    [InlineData("backup", "--to", "backup --to takes a directory.")]
    [InlineData("backup", "verify --all", "backup verify takes a backup: its name, its path, or newest, not '--all'.")]
    [InlineData("backup", "verify newest", "/backups: make one with ./aarya backup.")]
    [InlineData("restore", "", "restore takes a backup: its name, its path, or newest.")]
    [InlineData("restore", "newest oldest", "restore takes one backup, not 'newest' and 'oldest'.")]
    [InlineData("restore", "newest --until yesteryear", "such as '2027-01-31 18:30:00+05:30', not 'yesteryear'.")]
    [InlineData("restore", "newest --timeline one", "restore --timeline takes a whole number, not 'one'.")]
    [InlineData("restore", "newest --force", "restore accepts only --until, --timeline, --into and --replace, not '--force'.")]
    [InlineData("restore", "backup-1", "/backups/backup-1 is no backup: it has no manifest.json.")]
    [InlineData("check", "servers", "check accepts 'server', not 'servers'.")]
    [InlineData("test", "--change", "test accepts a filter or --changed, not '--change'.")]
    [InlineData("test", "--changed nowhere", "git does not know the commit 'nowhere'.")]
    [InlineData("--split", "", "there is no option '--split': ./aarya help lists the commands.")]
    public Task a_slip_of_the_pen_gets_one_line(string command, string option, string line) =>
        RefusesAsync(line, [command, .. option.Split(' ')]);

    [Theory]
    [InlineData("AARYA_PORT")]
    [InlineData("AARYA_SANDBOX_PORT")]
    [InlineData("AARYA_METRICS_PORT")]
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

    [Fact]
    public async Task in_a_pipe_a_step_has_a_line_when_it_starts_and_one_when_it_has_ended()
    {
        var step = await PartsAsync("work() { echo works; did=built; }; step build 'first build' work");
        Assert.Matches(@"^  build      first build \.\.\.\nworks\n  build      built {56} +\d+\.\d s\n$", step.Output);
    }

    [Fact]
    public async Task on_a_terminal_the_end_of_a_step_replaces_its_start()
    {
        var step = await OnTerminalAsync("work() { did=built; }; step build 'first build' work");
        Assert.Matches(@"^  build      first build \.\.\.\r\x1b\[K  build      built {56} +\d+\.\d s\r\n$", step);
    }

    [Fact]
    public async Task an_error_begins_on_a_line_of_its_own_even_on_a_terminal()
    {
        var step = await OnTerminalAsync("work() { fail 'the disk is full.'; }; step build 'first build' work");
        Assert.Equal("  build      first build ...\r\naarya: the disk is full.\r\n", step);
    }

    [Theory]
    [InlineData("release_is_current() { false; }", "first build: takes 3 to 10 minutes")]
    [InlineData("release_is_current() { false; }; mkdir -p src/Aarya.Api/bin/Release", "building what changed: takes a minute or more")]
    [InlineData("release_is_current() { true; }; mkdir -p src/Aarya.Api/bin/Release", "comparing with the last build")]
    public async Task only_a_first_build_is_announced_as_one_that_takes_minutes(string clone, string said) =>
        Assert.Equal(said, (await PartsAsync($"cd \"$(mktemp -d -p \"$STATE\")\"; {clone}; build_step")).Output);

    [Theory]
    [InlineData(":", "http://127.0.0.1:9123")]
    [InlineData("AARYA_PUBLIC_URL=http://shop.local:8080", "http://shop.local:8080")]
    [InlineData("running() { RUNNING_PORT=9200; }", "http://127.0.0.1:9200")]
    public async Task links_in_mails_follow_the_port_of_the_shop(string first, string address) =>
        Assert.Equal($"{address}\n",
            (await PartsAsync($"PORT=9123; {first}; export_settings; printenv AARYA_PUBLIC_URL")).Output);

    // Runs a line with the functions of the script, in a state folder of its own.
    private static async Task<ChildProgram> PartsAsync(string line)
    {
        var state = Directory.CreateTempSubdirectory("aarya-script-");
        try
        {
            var run = await ChildProgram.RunAsync(Parts(line, state.FullName));
            Assert.True(run.ExitCode == 0, run.Error);
            return run;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static async Task<string> OnTerminalAsync(string line)
    {
        var state = Directory.CreateTempSubdirectory("aarya-script-");
        try
        {
            var parts = Parts(line, state.FullName);
            var start = new ProcessStartInfo("script", ["-qec", "bash -c \"$PARTS\"", "/dev/null"]);
            foreach (var (name, value) in parts.Environment) start.Environment[name] = value;
            start.Environment["PARTS"] = parts.ArgumentList[1];
            start.Environment["TERM"] = "xterm";
            return (await ChildProgram.RunAsync(start)).Output;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    private static ProcessStartInfo Parts(string line, string state)
    {
        var sources = new[] { "common", "packages", "servers", "build", "program" }.Select(x => $". \"$ROOT/deploy/script/{x}.sh\"; ");
        var start = new ProcessStartInfo("bash", ["-c", $"set -euo pipefail; {string.Concat(sources)}{line}"]);
        start.Environment["ROOT"] = Repository.Root;
        start.Environment["AARYA_HOME"] = start.Environment["XDG_RUNTIME_DIR"] = state;
        start.Environment.Remove("AARYA_PUBLIC_URL");
        return start;
    }

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
            foreach (var port in new[] { "AARYA_PORT", "AARYA_SANDBOX_PORT", "AARYA_PG_PORT", "AARYA_REDIS_PORT", "AARYA_METRICS_PORT" })
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
