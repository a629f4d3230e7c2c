using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Hosting;

/// <summary>The line of the README for one's own servers works as it is printed.</summary>
public sealed partial class ReadmeSpec(AaryaFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task the_program_runs_with_two_urls_and_dotnet_run()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("README.md"), TestContext.Current.CancellationToken);
        var line = Line().Match(page).Value;
        Assert.NotEmpty(line);
        await using var database = await SpecDatabase.EmptyAsync();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        // Its own build, which the specs have made, and an address that is free.
        var command = line.Replace("DATABASE_URL=...", $"DATABASE_URL='{database.Url}'", StringComparison.Ordinal)
            .Replace("REDIS_URL=...", $"REDIS_URL='{fixture.Redis.Url}'", StringComparison.Ordinal)
            .Replace("dotnet run", "exec dotnet run --no-build", StringComparison.Ordinal) + $" -- --urls {url}";
        var start = new ProcessStartInfo("sh", ["-c", command])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsOfTheShop).ToList()) start.Environment.Remove(name);
        using var program = Process.Start(start)!;
        var (output, error) = (program.StandardOutput.ReadToEndAsync(), program.StandardError.ReadToEndAsync());
        try
        {
            var isReady = await AnswersAsync(new($"{url}/health/ready"), program);
            if (!isReady) program.Kill(entireProcessTree: true);
            Assert.True(isReady, isReady ? "" : $"{await output} {await error}");
        }
        finally
        {
            if (!program.HasExited) program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync();
        }
    }

    private static async Task<bool> AnswersAsync(Uri ready, Process program)
    {
        using var client = new HttpClient();
        var until = Stopwatch.StartNew();
        while (until.Elapsed < Patience && !program.HasExited)
        {
            try
            {
                using var answer = await client.GetAsync(ready);
                if (answer.StatusCode == HttpStatusCode.OK) return true;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(200);
        }

        return false;
    }

    private static bool IsOfTheShop(string name) =>
        name.EndsWith("_URL", StringComparison.Ordinal) || name.StartsWith("AARYA_", StringComparison.Ordinal)
        || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name is "ENCRYPTION_KEY" or "DOTNET_ENVIRONMENT";

    [GeneratedRegex(@"DATABASE_URL=\.\.\. REDIS_URL=\.\.\. dotnet run --project src/Aarya\.Api")]
    private static partial Regex Line();
}
