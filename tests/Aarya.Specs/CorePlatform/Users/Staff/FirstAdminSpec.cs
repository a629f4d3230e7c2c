using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.CorePlatform.Users.Staff;

/// <summary>Only an operator can create the first administrator of a shop.</summary>
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
        database = await SpecDatabase.EmptyAsync();
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
        var early = await RefusedAsync("admin create owner@aarya.example", "all");
        Assert.Contains("run `migrate` first", early, StringComparison.Ordinal);
        var migrated = await AaryaAsync("migrate");
        Assert.True(migrated.ExitCode == 0, migrated.Error);
        Assert.Contains("it must be an e-mail address", await RefusedAsync("admin create owner", "core"), StringComparison.Ordinal);
        var unknown = await RefusedAsync("admin delete owner@aarya.example", "core");
        Assert.Contains("'delete' is not an action of admin", unknown, StringComparison.Ordinal);
        var elsewhere = await RefusedAsync("admin create owner@aarya.example", "commerce");
        Assert.Contains("AARYA_ROLES must name it", elsewhere, StringComparison.Ordinal);
        Assert.Equal(0, await ValueAsync("select count(*) from core.mt_doc_user"));

        // As in a split shop: with the settings of core alone.
        var link = await LinkAsync("Owner@aarya.example", "core");

        Assert.StartsWith($"{Storefront}/account/reset#token=", link, StringComparison.Ordinal);
        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_auditentry where data ->> 'action' = 'user.first_admin_named'"));
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

        // From now on the command is refused.
        foreach (var email in new[] { "owner@aarya.example", "thief@aarya.example" })
            Assert.Contains("The shop has an administrator", await RefusedAsync($"admin create {email}", "core"), StringComparison.Ordinal);
        Assert.Equal(1, await ValueAsync("select count(*) from core.mt_doc_user"));
    }

    [Fact]
    public async Task until_the_password_is_set_one_link_at_a_time_leads_to_the_role_and_none_to_an_account_that_somebody_registered()
    {
        await using var shop = await ServeAsync();
        using var client = shop.Client();
        var squatted = new { name = "Squatter", email = "squatter@aarya.example", password = Password };
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, "/api/auth/register", squatted)).Status);
        var refused = await RefusedAsync("admin create squatter@aarya.example", "core");
        Assert.Contains("squatter@aarya.example has an account already", refused, StringComparison.Ordinal);
        Assert.Equal(0, await AdminsAsync());
        Assert.Equal(0, await ValueAsync("select count(*) from core.mt_doc_auditentry"));

        // Three commands at the same moment, two of them for one address.
        settings["AARYA_ROLES"] = "core";
        var commands = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => AaryaAsync("admin", "create", $"owner{i % 2}@aarya.example")));
        Assert.Equal(1, await AdminsAsync());
        List<string> links = [.. commands.Where(x => x.ExitCode == 0).Select(LinkOf)];
        links.Add(await LinkAsync("onwer@aarya.example", "core"));
        links.Add(await LinkAsync("owner@aarya.example", "core"));
        var link = await LinkAsync("owner@aarya.example", "core");
        Assert.Equal(1, await AdminsAsync());

        foreach (var over in links) Assert.Equal(HttpStatusCode.BadRequest, await ResetAsync(client, over, Password));
        Assert.Equal(HttpStatusCode.OK, await ResetAsync(client, link, Password));
        Assert.Equal(2, await ValueAsync("select count(*) from core.mt_doc_user"));
    }

    /// <summary>Runs a command that must be refused, and returns its one line.</summary>
    private async Task<string> RefusedAsync(string command, string roles)
    {
        settings["AARYA_ROLES"] = roles;
        var refused = await AaryaAsync(command.Split(' '));
        settings.Remove("AARYA_ROLES");
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        return Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private Task<long> AdminsAsync() => ValueAsync("select count(*) from core.mt_doc_user where data -> 'roles' ? 'admin'");

    private Task<ChildProgram> AaryaAsync(params string[] command) => ChildProgram.AaryaAsync(command, settings);

    private async Task<string> LinkAsync(string email, string roles)
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
        await using var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Url) { Pooling = false }.ConnectionString);
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
        public HttpClient Client() => new() { BaseAddress = new(Url), Timeout = TimeSpan.FromMinutes(2) };

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
