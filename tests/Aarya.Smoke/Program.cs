using Aarya.Smoke;

var url = new Uri(args.FirstOrDefault() ?? $"http://127.0.0.1:{Environment.GetEnvironmentVariable("AARYA_PORT") ?? "8080"}");
using var storefront = new Storefront(url);
return await new Purchase(storefront).RunAsync() ? 0 : 1;
