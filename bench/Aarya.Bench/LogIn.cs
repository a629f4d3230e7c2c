using System.Text.Json;

namespace Aarya.Bench;

/// <summary>
/// Measures POST /api/auth/login of many customers against a bare endpoint that only computes the same argon2id.
/// </summary>
public static class LogIn
{
    private const int Connections = 8;
    private const int Customers = 100;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        await using var floor = await FloorServer.StartAsync("argon2id");
        var file = Path.GetTempFileName();
        List<string> requests = [];
        for (var n = 0; n < Customers; n++)
        {
            var email = $"bench-{Guid.NewGuid():N}@example.com";
            await shop.PostAsync("/api/auth/register", new { name = "Asha Rao", email, password = Shop.ShoppersPassword });
            requests.Add($"-\t-\t-\t{JsonSerializer.Serialize(new { email, password = Shop.ShoppersPassword })}");
        }

        await File.WriteAllLinesAsync(file, requests);
        var (runs, floors) = await Turns.TakeAsync(
            _ =>
                Turns.MeterAsync(shop.ProcessId,
                    () => Wrk.PostAsync(new Uri(shop.Url, "/api/auth/login"), Connections, Turns.Time, file, repeat: true)),
            _ =>
                Turns.MeterAsync(floor.ProcessId,
                    () => Wrk.PostAsync(new Uri(floor.Url, "/api/auth/login"), Connections, Turns.Time, file, repeat: true)));
        File.Delete(file);
        return new("login", "bare Kestrel, the same argon2id", 0.8, runs, floors);
    }
}

/// <summary>Hashes a password with the program's own hasher, on as many threads as the program does.</summary>
public static class LogInFloor
{
    public static void Map(WebApplication app)
    {
        var hasher = new Features.CorePlatform.Users.Passwords.PasswordHasher();
        app.MapPost("/{**path}", async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync(await hasher.HashAsync("a-password-of-the-floor", context.RequestAborted));
        });
    }
}
