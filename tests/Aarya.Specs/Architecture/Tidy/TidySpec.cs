using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Mono.Cecil;

namespace Aarya.Specs.Architecture.Tidy;

/// <summary>
/// The form that every file of the repository keeps. Exceptions are in <see cref="Untidy"/>, whose lists may only shrink.
/// </summary>
public sealed partial class TidySpec
{
    private const int Columns = 140;
    private const int FilesPerRoom = 20;
    private static readonly string[] Tops = ["src", "tests", "bench", "deploy", "docs", "protos", ".ci"];
    private static readonly string[] Kinds = [".cs", ".csproj", ".props", ".proto", ".sh", ".lua", ".liquid", ".sql", ".md", ""];

    // What Wolverine, Marten and the runtime call by name or by attribute.
    private static readonly string[] CalledByConvention =
    [
        "Handle", "HandleAsync", "Configure", "Validate", "ValidateAsync", "Load", "LoadAsync", "Before", "BeforeAsync", "After", "Apply",
        "Create", "Get", "GetAsync", "Post", "PostAsync", "Put", "PutAsync", "Delete", "DeleteAsync", "Patch", "PatchAsync", "Main",
    ];

    [Fact]
    public void no_line_is_too_long_to_be_read_beside_another()
    {
        var files = Files().ToList();
        Assert.Contains(files, x => x.EndsWith("TidySpec.cs", StringComparison.Ordinal));
        Assert.Contains(files, x => x.EndsWith("README.md", StringComparison.Ordinal));
        Only([], files.SelectMany(TooLong), $"break the line at {Columns} columns");
    }

    [Fact]
    public void a_slice_s_file_holds_one_use_case()
    {
        var crowded = Slice.All().Where(x => x.Endpoints + x.Handlings > 1)
            .Select(x => $"{x.Path}: {x.Endpoints} endpoints, {x.Handlings} handlers");
        Only(Untidy.Pairs, crowded, "give each endpoint and each handler a file of its own, named for what it does");
    }

    [Fact]
    public void every_endpoint_and_handler_of_the_program_is_found_in_its_file()
    {
        using var features = new CompiledFeatures();
        var compiled = features.Types.Where(Slice.IsOne).Select(x => x.FullName);
        Only([], compiled.Except(Slice.All().SelectMany(x => x.Types.Select(type => $"{x.Namespace}.{type}"))),
            "declare the class on one line as public, in a file whose folder is its namespace");
    }

    [Fact]
    public void an_endpoint_and_a_handler_are_named_for_their_file()
    {
        var misnamed = from slice in Slice.All()
                       from type in slice.Types
                       where type != slice.Name + "Endpoint" && type != slice.Name + "Handler"
                       select $"{slice.Path}: {type}";
        Only(Untidy.Names, misnamed, "name the class <File>Endpoint or <File>Handler, and the file for the deed");
    }

    [Fact]
    public void every_slice_has_a_spec_at_its_path_or_a_story_that_names_it()
    {
        var told = typeof(TidySpec).Assembly.GetTypes().Where(HasFacts)
            .SelectMany(x => x.GetCustomAttribute<StoryOfAttribute>()?.Slices ?? []).ToHashSet();
        var types = typeof(Aarya.Features.Modules).Assembly.GetTypes().ToLookup(x => x.FullName);
        var bare = Slice.All()
            .Where(x => !HasFacts(typeof(TidySpec).Assembly.GetType(x.SpecName)))
            .Where(x => !x.Types.Any(type => types[$"{x.Namespace}.{type}"].Any(told.Contains)))
            .Select(x => x.Path);
        Only(Untidy.WithoutSpec, bare,
            $"write the spec at the slice's path, or add the slice to the [{nameof(StoryOfAttribute)}] of its story");
    }

    [Fact]
    public void every_public_member_is_read_by_the_program()
    {
        using var features = new CompiledFeatures();
        using var infrastructure = new CompiledFeatures(typeof(Aarya.Infrastructure.Hosting.Module).Assembly);
        using var program = new CompiledFeatures(typeof(Program).Assembly);
        var words = Repository.Sources().SelectMany(x => Word().Matches(WithoutComments(File.ReadAllText(x))))
            .GroupBy(x => x.Value).ToDictionary(x => x.Key, x => x.Count());
        var used = Members.UsedBy([.. features.Types, .. infrastructure.Types, .. program.Types]);
        var unread = from type in features.Types.Concat(infrastructure.Types)
                     where Members.IsOurs(type)
                     from member in Members.Of(type, CalledByConvention)
                     where !IsRead(member)
                     select member.FullName;
        Only(Untidy.Unread, unread, "delete the member, or make it private when only its own type needs it");

        // The compiler copies a constant to the places that use it, so only the source shows them.
        bool IsRead(IMemberDefinition member) => member is FieldDefinition { IsLiteral: true }
            ? words.GetValueOrDefault(member.Name) > 1
            : used.Contains(Members.KeyOf((MemberReference)member)) || used.Contains(member.Name);
    }

    [Fact]
    public void no_two_types_of_the_features_share_a_name()
    {
        using var features = new CompiledFeatures();
        var shared = from type in features.Types
                     where Members.IsOurs(type) && type.DeclaringType is null
                     group type by Plain(type.Name) into same
                     where same.Count() > 1
                     // Each context has its own record of one event.
                     where same.Any(x => !x.Namespace.EndsWith(".Contracts", StringComparison.Ordinal))
                         || same.GroupBy(x => x.Namespace).Any(x => x.Count() > 1)
                     select $"{same.Key}: {string.Join(", ", same.Select(x => Short(x.Namespace)).Order())}";
        Only(Untidy.SharedNames, shared, "give one of them another name");
    }

    [Fact]
    public void the_rooms_of_a_context_use_each_other_in_one_direction()
    {
        using var features = new CompiledFeatures();
        var cycles = Aarya.Features.Modules.All.SelectMany(x => RoomCycles.Of(features, x.GetType().Namespace!));
        Only(Untidy.Cycles, cycles.ToDictionary(x => $"{Short(x.From)} -> {Short(x.To)}", x => x.Example),
            "move what both need into a room below them");
    }

    [Fact]
    public void a_room_of_the_infrastructure_uses_only_rooms_of_lower_layers()
    {
        using var infrastructure = new CompiledFeatures(typeof(Aarya.Infrastructure.Hosting.Module).Assembly);
        Only([], Layers.FaultsOf(infrastructure),
            $"move what both rooms need below them, or give the room another place in {nameof(Layers)}");
    }

    [Fact]
    public void the_picture_of_the_rooms_shows_the_layers_of_the_infrastructure()
    {
        var pictured = Layers.Pictured(File.ReadAllText(Repository.PathOf("docs/architecture.md")));
        Assert.Equal(Layers.FromTheFloor.Select(x => string.Join(" · ", x)), pictured);
    }

    [Fact]
    public void the_document_lists_the_rooms_of_the_contexts_with_what_they_use_above_them()
    {
        using var features = new CompiledFeatures();
        var listed = Rooms.Listed(File.ReadAllText(Repository.PathOf("docs/architecture.md"))).ToList();
        Only([], Rooms.FaultsOf(features, listed), "list the room in docs/architecture.md below the rooms that it uses");
        Only([], listed.Except(Rooms.Of(features)), "take the room out of docs/architecture.md");
    }

    [Fact]
    public void the_code_of_the_infrastructure_has_no_word_of_the_business()
    {
        var words = from file in Repository.Sources()
                    where file.Contains("/src/Infrastructure/", StringComparison.Ordinal)
                    from Match word in Business().Matches(WithoutComments(File.ReadAllText(file)))
                    select $"{Path.GetRelativePath(Repository.PathOf("src/Infrastructure"), file)}: {word.Value}";
        Only([], words, "let a module or a slice declare it");
    }

    [Fact]
    public void a_room_has_at_most_twenty_files()
    {
        var full = Files().Where(x => x.EndsWith(".cs", StringComparison.Ordinal))
            .GroupBy(x => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(x)!))
            .Where(x => x.Count() > FilesPerRoom).Select(x => x.Key);
        Only(Untidy.FullRooms, full, $"divide the folder: it has more than {FilesPerRoom} files");
    }

    [Fact]
    public void comments_documents_and_texts_are_plain_english()
    {
        var idioms = from file in Files()
                     where !file.EndsWith("TidySpec.cs", StringComparison.Ordinal)
                     from line in File.ReadLines(file).Select((text, at) => (Text: text, Number: at + 1))
                     from Match idiom in Idiom().Matches(line.Text)
                     select $"{Path.GetRelativePath(Repository.Root, file)}:{line.Number}: {idiom.Value}";
        Only([], idioms, "say it with subject, verb and object, and with the trade's noun");
    }

    private static void Only(IReadOnlyCollection<string> known, IReadOnlyDictionary<string, string> found, string remedy)
    {
        var fresh = found.Where(x => !known.Contains(x.Key)).Select(x => $"{x.Key} ({x.Value})").ToList();
        Assert.True(fresh.Count == 0, $"Please {remedy}:\n{string.Join('\n', fresh)}");
        Only(known, found.Keys, remedy);
    }

    private static void Only(IReadOnlyCollection<string> known, IEnumerable<string> found, string remedy)
    {
        var offenders = found.Distinct().Order(StringComparer.Ordinal).ToList();
        var fresh = offenders.Except(known).ToList();
        Assert.True(fresh.Count == 0, $"Please {remedy}:\n{string.Join('\n', fresh)}");
        var mended = known.Except(offenders).ToList();
        Assert.True(mended.Count == 0, $"These are tidy now, take them out of {nameof(Untidy)}:\n{string.Join('\n', mended)}");
    }

    private static IEnumerable<string> Files() =>
        Tops.Select(Repository.PathOf).Where(Directory.Exists)
            .SelectMany(x => Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root))
            .Where(x => Kinds.Contains(Path.GetExtension(x)) && !IsMade(x));

    private static bool IsMade(string path) =>
        path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)
        || path.Contains("/Internal/Generated/", StringComparison.Ordinal);

    // A row of a table cannot be broken.
    private static IEnumerable<string> TooLong(string path) =>
        File.ReadLines(path).Select((line, at) => (Line: line, Number: at + 1))
            .Where(x => new StringInfo(x.Line).LengthInTextElements > Columns)
            .Where(x => !(path.EndsWith(".md", StringComparison.Ordinal) && x.Line.StartsWith('|')))
            .Select(x => $"{Path.GetRelativePath(Repository.Root, path)}:{x.Number}");

    private static bool HasFacts(Type? spec) => spec?.GetMethods().Any(x => x.GetCustomAttribute<FactAttribute>() is not null) == true;

    private static string WithoutComments(string source) => Comment().Replace(source, "");

    private static string Plain(string name) => name.Split('`')[0];

    private static string Short(string place) => place.Replace("Aarya.Features.", "", StringComparison.Ordinal)
        .Replace("Aarya.", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\w*(?:product(?!ion)|cart\b|coupon|payment|checkout|catalog(?!name)|refund|shopper|storefront|orders|\bsku)\w*",
        RegexOptions.IgnoreCase)]
    private static partial Regex Business();

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\b(?:whoever|whomever|somebody|anybody|everybody|anew|lies|tells|hears|in clear|also when|also where|so many|for ever"
        + @"|any more|no more(?! than)|comes? round)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Idiom();
}
