using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Seeding;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;

namespace Aarya.Specs.Support.Hosts;

/// <summary>The whole shop on a real port, with a seeded database and a Redis that its specs may disturb.</summary>
public sealed class ShopApart : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-apart-").FullName;
    private WebApplication app = null!;

    public SpecDatabase Database { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => app.Services;

    public async ValueTask InitializeAsync()
    {
        Database = await SpecDatabase.MigratedAsync();
        Redis = await RedisServer.StartAsync(RedisTrouble.Settings);
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        app = AaryaHost.Build(["--environment=Development", $"--urls={url}", "--AARYA_SOLO=true", $"--AARYA_SOCKET_DIR={folder}",
            "--AARYA_RATE_LIMIT=0", "--AARYA_REQUEST_SECONDS=120",
            $"--DATABASE_URL={Database.Url}", $"--REDIS_URL={Redis.Url}", $"--SANDBOX_DATA={folder}/sandbox"], Modules.All);
        await app.StartAsync();
        foreach (var seed in app.Services.GetServices<ISeed>()) await seed.PlantAsync(SeedSize.Demo, CancellationToken.None);
        Client = new() { BaseAddress = new(url), Timeout = TimeSpan.FromMinutes(3) };
    }

    /// <summary>The token and the id of a new guest. Waits while the shop recovers from another spec.</summary>
    public async Task<(string Token, Guid Subject)> GuestAsync()
    {
        var token = "";
        HttpStatusCode status = default;
        await Eventually.HoldsAsync("a guest", async () =>
        {
            using var answer = await SendAsync(HttpMethod.Post, "/api/auth/guest");
            status = answer.StatusCode;
            if (!answer.IsSuccessStatusCode) return false;
            token = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
            return true;
        }, instead: () => Task.FromResult($"{status}"));
        return (token, Guid.Parse(new JsonWebToken(token).Subject));
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token = null, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (body is not null) request.Content = JsonContent.Create(body);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The first value that a statement returns, on a connection that trouble with the shop's logins does not affect.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        var url = new NpgsqlConnectionStringBuilder(Database.Url) { Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(url);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>The number of messages of all contexts that meet the condition.</summary>
    /// <param name="table">dead_letters or incoming_envelopes.</param>
    /// <param name="condition">An SQL condition.</param>
    public async Task<long> CountAsync(string table, string condition)
    {
        var counts = Features.Roles.Contexts.Select(x => $"(select count(*) from {x}.wolverine_{table} where {condition})");
        return (long)(await AskAsync($"select {string.Join(" + ", counts)}"))!;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Redis.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
