using System.Diagnostics;
using System.Globalization;
using Aarya.Fuzz;

// aarya-fuzz <url> --accounts FILE [--seconds N | --requests N] [--seed N]
var options = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 1; i + 1 < args.Length; i += 2) options[args[i]] = args[i + 1];
var url = new Uri(args[0]);
var seed = Number("--seed", 20261126);
var seconds = Number("--seconds", options.ContainsKey("--requests") ? int.MaxValue / 1000 : 60);
var most = Number("--requests", int.MaxValue);

// A line per account, as `seed` prints it: address, role, password.
var accounts = File.ReadAllLines(options["--accounts"]).Select(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    .Where(x => x.Length >= 3 && x[0].Contains('@', StringComparison.Ordinal)).GroupBy(x => x[1])
    .ToDictionary(x => x.Key, x => (x.First()[0], string.Join(' ', x.First()[2..])));

using var http = new HttpClient { BaseAddress = url };
var api = await ApiDescription.OfAsync(http, CancellationToken.None);
var run = new Run(api, url, accounts, seed);
var began = Stopwatch.GetTimestamp();
await run.GoAsync(TimeSpan.FromSeconds(seconds), most);
return run.Report(Stopwatch.GetElapsedTime(began)) ? 0 : 1;

int Number(string name, int otherwise) =>
    options.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
