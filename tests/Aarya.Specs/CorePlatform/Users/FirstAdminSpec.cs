using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Specs.Support;
using Npgsql;

namespace Aarya.Specs.CorePlatform.Users;

/// <summary>How the first administrator comes into a shop that has nobody: by an operator, and by no one else.</summary>
public sealed class FirstAdminSpec : IAsyncLifetime
{
    private const string Storefront = "https://aarya.example";
    private const string Password = "a long way to Mumbai";

    private SpecDatabase database = null!;
    private RedisServer redis = null!;
    private Dictionary<string, string> settings = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.CreateAsync();
        redis = await RedisServer.StartAsync();
        settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = redis.Url,
            ["SMTP_URL"] = "smtp://127.0.0.1:1",
            ["SMTP_FROM"] = "shop@aarya.example",
            ["STOREFRONT_URL"] = Storefront,
            ["AARYA_PUBLIC_URL"] = "https://backend.aarya.example",
            ["ENCRYPTION_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
    }

    [Fact]
    public async Task an_operator_names_the_first_administrator_of_a_fresh_production_shop_who_sets_the_password_by_the_link()
    {
        var early = await AaryaAsync("admin", "create", "owner@aarya.example");
        Assert.Equal(1, early.ExitCode);
        Assert.Contains("run `migrate` first", early.Error, StringComparison.Ordinal);
        Assert.Single(early.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, (await AaryaAsync("migrate")).ExitCode);

        // As in a split shop: the process of core alone.
        var link = await LinkAsync("Owner@aarya.example", "core");

        Assert.StartsWith($"{Storefront}/account/reset#token=", link, StringComparison.Ordinal);
        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_auditentry where data ->> 'Action' = 'user.first_admin_named'"));
        await using var shop = await ServeAsync();
        using var client = shop.Client();
        var login = new { email = "owner@aarya.example", password = Password };
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(client, "/api/auth/login", login)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, await ResetAsync(client, link, "owner123"));
        Assert.Equal(HttpStatusCode.OK, await ResetAsync(client, link, Password));
        Assert.Equal(HttpStatusCode.BadRequest, await ResetAsync(client, link, "another way to Mumbai"));
        var (status, signedIn) = await PostAsync(client, "/api/auth/login", login);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["admin"], signedIn.GetProperty("user").GetProperty("roles").EnumerateArray().Select(x => x.GetString()));
        client.DefaultRequestHeaders.Authorization = new("Bearer", signedIn.GetProperty("accessToken").GetString());
        using var audit = await client.GetAsync("/api/admin/audit", Cancellation);
        Assert.Equal(HttpStatusCode.OK, audit.StatusCode);

        // From now on the command opens nothing.
        foreach (var email in new[] { "owner@aarya.example", "thief@aarya.example" })
        {
            var again = await AaryaAsync("admin", "create", email);
            Assert.Equal((1, ""), (again.ExitCode, again.Output));
            Assert.Contains("The shop has an administrator", again.Error, StringComparison.Ordinal);
        }

        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_user"));
    }

    [Fact]
    public async Task until_the_password_is_set_the_last_command_counts_and_its_link_alone_works()
    {
        Assert.Equal(0, (await AaryaAsync("migrate")).ExitCode);
        var mistyped = await LinkAsync("onwer@aarya.example");
        var lost = await LinkAsync("owner@aarya.example");
        var link = await LinkAsync("owner@aarya.example");
        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_user"));

        await using var shop = await ServeAsync();
        using var client = shop.Client();
        foreach (var over in new[] { mistyped, lost }) Assert.Equal(HttpStatusCode.BadRequest, await ResetAsync(client, over, Password));
        Assert.Equal(HttpStatusCode.OK, await ResetAsync(client, link, Password));
    }

    [Fact]
    public async Task commands_at_the_same_moment_leave_one_administrator_and_one_link()
    {
        Assert.Equal(0, (await AaryaAsync("migrate")).ExitCode);

        var commands = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => AaryaAsync("admin", "create", $"owner{i % 3}@aarya.example")));

        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_user"));
        await using var shop = await ServeAsync();
        using var client = shop.Client();
        var worked = new List<HttpStatusCode>();
        foreach (var command in commands.Where(x => x.ExitCode == 0)) worked.Add(await ResetAsync(client, LinkOf(command), Password));
        Assert.Single(worked, HttpStatusCode.OK);
    }

    [Fact]
    public async Task an_account_that_somebody_has_registered_is_never_made_an_administrator()
    {
        Assert.Equal(0, (await AaryaAsync("migrate")).ExitCode);
        await using (var shop = await ServeAsync())
        {
            using var client = shop.Client();
            var squatted = new { name = "Somebody", email = "owner@aarya.example", password = Password };
            Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, "/api/auth/register", squatted)).Status);
        }

        var refused = await AaryaAsync("admin", "create", "owner@aarya.example");

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("owner@aarya.example has an account already", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, await ValueAsync("""select count(*) from core.mt_doc_user where data -> 'Roles' ? 'admin'"""));
        Assert.Equal(0, await ValueAsync("select count(*) from core.mt_doc_auditentry"));
    }

    [Theory]
    [InlineData("admin create owner", "it must be an e-mail address")]
    [InlineData("admin delete owner@aarya.example", "admin knows only create")]
    [InlineData("admin create owner@aarya.example", "AARYA_ROLES must name it", "commerce")]
    public async Task what_makes_no_sense_is_one_line_and_changes_nothing(string command, string said, string roles = "core")
    {
        Assert.Equal(0, (await AaryaAsync("migrate")).ExitCode);

        settings["AARYA_ROLES"] = roles;
        var refused = await AaryaAsync(command.Split(' '));

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains(said, Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(0, await ValueAsync("select count(*) from core.mt_doc_user"));
    }

    private Task<ChildProgram> AaryaAsync(params string[] command) => ChildProgram.AaryaAsync(command, settings);

    private async Task<string> LinkAsync(string email, string roles = "all")
    {
        settings["AARYA_ROLES"] = roles;
        var named = await AaryaAsync("admin", "create", email);
        settings.Remove("AARYA_ROLES");
        Assert.True(named.ExitCode == 0, named.Output + named.Error);
        return LinkOf(named);
    }

    private static string LinkOf(ChildProgram command) =>
        command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim();

    private static async Task<HttpStatusCode> ResetAsync(HttpClient client, string link, string newPassword) =>
        (await PostAsync(client, "/api/auth/password/reset", new { token = link.Split("#token=")[1], newPassword })).Status;

    private static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return (response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    private async Task<long> ValueAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Url) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private async Task<Shop> ServeAsync()
    {
        var sockets = Directory.CreateTempSubdirectory("aarya-first-").FullName;
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        var serving = new Dictionary<string, string>(settings)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["AARYA_URLS"] = url,
            ["AARYA_SOCKET_DIR"] = sockets,
        };
        return new(await RoleProcess.StartAsync("gateway,core,commerce,payment,content,search", serving), url, sockets);
    }

    private sealed record Shop(RoleProcess Process, string Url, string Sockets) : IAsyncDisposable
    {
        public HttpClient Client() => new() { BaseAddress = new(Url), Timeout = TimeSpan.FromMinutes(1) };

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            Directory.Delete(Sockets, recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await database.DisposeAsync();
    }
}
