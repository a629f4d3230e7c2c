using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Aarya.Specs.Support.Hosts;

/// <summary>
/// The program as production runs it, from the sources under test: its handlers' code is written ahead and compiled in, and nothing beside
/// it can compile more. `./aarya release` does this by a publish; here it is done in memory, in seconds, with an entry point that a spec
/// can give.
/// </summary>
public sealed class StaticProgram : IDisposable
{
    private const string WebUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Net.Http.Json; global using System.Threading; global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting; global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-static-").FullName;

    private StaticProgram() => Path = System.IO.Path.Combine(folder, "app", "Aarya.Api.dll");

    /// <summary>The assembly that dotnet runs.</summary>
    public string Path { get; }

    /// <param name="main">The C# of the entry point.</param>
    public static async Task<StaticProgram> BuildAsync(string main)
    {
        var program = new StaticProgram();
        var written = System.IO.Path.Combine(program.folder, "generated");
        var codegen = await ChildProgram.AaryaAsync(["codegen", "write"], new Dictionary<string, string>
        {
            ["AARYA_CODEGEN_OUT"] = written,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none",
            ["REDIS_URL"] = "redis://127.0.0.1:1",
        }, ChildProgram.Debug);
        if (codegen.ExitCode != 0) throw new InvalidOperationException($"codegen write failed: {codegen.Output} {codegen.Error}");
        program.PutTogether(written, main);
        return program;
    }

    public Task<ChildProgram> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path, .. arguments]);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return ChildProgram.RunAsync(start);
    }

    private void PutTogether(string written, string main)
    {
        var app = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!).FullName;
        // Without a list of dependencies native libraries are only found beside the program.
        var native = ((string)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES")!).Split(System.IO.Path.PathSeparator)
            .Where(x => x.StartsWith(System.IO.Path.Combine(AppContext.BaseDirectory, "runtimes"), StringComparison.Ordinal))
            .SelectMany(Directory.EnumerateFiles);
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(Belongs).Concat(native))
            File.CreateSymbolicLink(System.IO.Path.Combine(app, System.IO.Path.GetFileName(file)), file);

        var sources = Directory.EnumerateFiles(written, "*.cs", SearchOption.AllDirectories)
            .Where(x => !System.IO.Path.GetFileName(x).EndsWith("Registry.cs", StringComparison.Ordinal))
            .Select(x => CSharpSyntaxTree.ParseText(File.ReadAllText(x), path: x))
            .Append(CSharpSyntaxTree.ParseText(main))
            .Append(CSharpSyntaxTree.ParseText(WebUsings));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(System.IO.Path.PathSeparator)
            .Where(x => System.IO.Path.GetFileName(x) != "Aarya.Api.dll").Select(x => MetadataReference.CreateFromFile(x));
        var compiled =
            CSharpCompilation.Create("Aarya.Api", sources, references,
                new(OutputKind.ConsoleApplication, optimizationLevel: OptimizationLevel.Release)).Emit(Path);
        if (!compiled.Success)
            throw new InvalidOperationException(string.Join('\n', compiled.Diagnostics.Where(x => x.Severity == DiagnosticSeverity.Error)));
    }

    // Not the specs, not the compiler, and not the lists of dependencies that name it.
    private static bool Belongs(string file) => System.IO.Path.GetFileName(file) is var name
        && name is not "Aarya.Api.dll" && !name.StartsWith("Aarya.Specs", StringComparison.Ordinal)
        && !name.StartsWith("xunit", StringComparison.Ordinal)
        && !name.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal) && !name.Contains("RuntimeCompil", StringComparison.Ordinal)
        && !name.EndsWith(".deps.json", StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
