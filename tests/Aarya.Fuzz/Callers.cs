using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Aarya.Fuzz;

/// <summary>The tokens that requests are made with: of a guest, a customer and an administrator, and some that are no good.</summary>
internal sealed class Callers : IDisposable
{
    private static readonly string[] OddTokens =
    [
        "x", "", "a.b.c", "..", $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":null}""")}.{Part("{}")}.AAAA", $"{Part("""{"alg":"none"}""")}.{Part("{}")}.",
        $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"x"}""")}.{Part("""{"exp":1e400}""")}.AAAA", $"{Part("[]")}.{Part("[]")}.{Part("[]")}",
        $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}""")}.{Part("{}")}.AAAA", new string('A', 5000), "\u00e9", $"{Part("{")}.{Part("{")}.x",
        "\0", " . . ", $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"x","crit":["b64"],"b64":false}""")}.x.AAAA",
    ];

    private readonly HttpClient http;
    private readonly Dictionary<string, (string Email, string Password)> accounts;
    private readonly Dictionary<string, string> tokens = [];
    private readonly Dictionary<string, string?> devices = [];

    public Callers(Uri url, Dictionary<string, (string, string)> accounts)
    {
        http = new() { BaseAddress = url };
        this.accounts = accounts;
    }

    /// <summary>Signs the role in again.</summary>
    /// <exception cref="InvalidOperationException">The shop does not let it in.</exception>
    public async Task RenewAsync(string role)
    {
        HttpResponseMessage answer;
        if (role == "guest") answer = await http.PostAsync(new Uri("/api/auth/guest", UriKind.Relative), null);
        else
        {
            var (email, password) = accounts[role];
            answer = await http.PostAsJsonAsync("/api/auth/login", new { email, password, deviceToken = devices.GetValueOrDefault(role) });
        }

        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"The {role} cannot sign in: {(int)answer.StatusCode} {text}");
            var signedIn = JsonNode.Parse(text)!;
            tokens[role] = (string)signedIn["accessToken"]!;
            if ((string?)signedIn["deviceToken"] is { } device) devices[role] = device;
        }
    }

    public string? TokenOf(string role, Random random) => role switch
    {
        "" => null,
        "odd" => OddTokens[random.Next(OddTokens.Length)],
        _ => tokens[role],
    };

    private static string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public void Dispose() => http.Dispose();
}
