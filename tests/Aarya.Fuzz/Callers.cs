using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Aarya.Fuzz;

/// <summary>The tokens of the requests: of a guest, a customer and an administrator, and some invalid ones.</summary>
internal sealed class Callers : IDisposable
{
    private const int MostLogins = 5;

    private static readonly string[] OddTokens =
    [
        "x", "", "a.b.c", "..", $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":null}""")}.{Part("{}")}.AAAA",
        $"{Part("""{"alg":"none"}""")}.{Part("{}")}.",
        $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"x"}""")}.{Part("""{"exp":1e400}""")}.AAAA",
        $"{Part("[]")}.{Part("[]")}.{Part("[]")}",
        $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"\ud800"}""")}.{Part("{}")}.AAAA", new string('A', 5000), "\u00e9",
        $"{Part("{")}.{Part("{")}.x",
        "\0", " . . ", $"{Part("""{"alg":"ES256","typ":"at+jwt","kid":"x","crit":["b64"],"b64":false}""")}.x.AAAA",
    ];

    private static readonly string[] Payments = ["tok_approve", "tok_approve", "tok_challenge", "tok_decline"];

    private readonly HttpClient http;
    private readonly Dictionary<string, (string Email, string Password)> accounts;
    private readonly Dictionary<string, string> tokens = [];
    private readonly Dictionary<string, string?> devices = [];

    public Callers(Uri url, Dictionary<string, (string, string)> accounts)
    {
        http = new() { BaseAddress = url };
        this.accounts = accounts;
    }

    /// <summary>Signs the role in again. A customer gets a new account each time, because a request may have ended the old one.</summary>
    /// <exception cref="InvalidOperationException">The shop refuses the login.</exception>
    public async Task RenewAsync(string role)
    {
        if (role == "guest")
        {
            tokens[role] = (string)(await PostAsync("/api/auth/guest", new { }))["accessToken"]!;
            return;
        }

        var signedIn = await SignInAsync(role);
        tokens[role] = (string)signedIn["accessToken"]!;
        if (role != "customer" && (string?)signedIn["deviceToken"] is { } device) devices[role] = device;
    }

    // Another client's administrator may deactivate the account or change its roles at that moment: then the login is refused.
    private async Task<JsonNode> SignInAsync(string role)
    {
        for (var left = MostLogins; ; left--)
        {
            var (email, password) = role == "customer" ? ($"fuzz.{Guid.NewGuid():N}@example.com", Values.Password) : accounts[role];
            if (role == "customer") await PostAsync("/api/auth/register", new { email, password, name = "Asha Rao" });
            try
            {
                return await PostAsync("/api/auth/login", new { email, password, deviceToken = devices.GetValueOrDefault(role) });
            }
            catch (InvalidOperationException) when (left > 1)
            {
            }
        }
    }

    /// <summary>
    /// Places an order as the guest and one as the customer, and returns their paths; none for a caller whose cart stays empty.
    /// </summary>
    public async Task<IReadOnlyList<string>> OrderAsync(Random random)
    {
        List<string> placed = [];
        var found = await http.GetFromJsonAsync<JsonNode>(new Uri("/api/search?inStock=true&limit=50", UriKind.Relative));
        var slugs = found!["items"]!.AsArray().Select(x => (string)x!["slug"]!).ToList();
        if (slugs.Count == 0) return placed;
        foreach (var role in new[] { "guest", "customer" })
        {
            using var answer = await http.GetAsync(new Uri($"/api/products/{random.Pick(slugs)}", UriKind.Relative));
            // Another client has withdrawn it, and the search index is not updated yet.
            if (answer.StatusCode == HttpStatusCode.NotFound) continue;
            var product = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>();
            if (product!["variants"]!.AsArray().FirstOrDefault(x => (int)x!["available"]! > 0) is not { } variant) continue;
            try
            {
                await PostAsync("/api/cart/items", new { sku = (string)variant["sku"]!, quantity = 1 }, tokens[role]);
                var order = await PostAsync("/api/checkout", new
                {
                    shippingAddress = new
                    {
                        name = "Asha Rao",
                        line1 = "14 Residency Road",
                        city = "Bengaluru",
                        state = "Karnataka",
                        postalCode = "560025",
                        country = "IN",
                        phone = "+919845012345",
                    },
                    shippingMethod = "standard",
                    paymentToken = random.Pick(Payments),
                    email = "fuzz@example.com",
                }, tokens[role]);
                placed.Add($"/api/orders/{order["id"]}");
            }
            catch (InvalidOperationException)
            {
                // Its session has ended, or its cart holds what cannot be sold: signs in again.
                await RenewAsync(role);
            }
        }

        return placed;
    }

    private async Task<JsonNode> PostAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if ((int)answer.StatusCode >= 500) throw new HttpRequestException($"POST {path} answers {(int)answer.StatusCode} {text}");
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"POST {path} answered {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public string? TokenOf(string role, Random random) => role switch
    {
        "" => null,
        "odd" => random.Pick(OddTokens),
        _ => tokens[role],
    };

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public void Dispose() => http.Dispose();
}
