using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Aarya.Features;
using Npgsql;
using SmtpServer;

namespace Aarya.Bench;

/// <summary>
/// The Release program as production runs it: all roles in one process, on the bench's own database and Redis, with the payment provider
/// in another process and a mail server that discards the mails.
/// </summary>
public sealed class Shop : IAsyncDisposable
{
    /// <summary>The password of every customer: the shop accepts none that is easy to guess.</summary>
    public const string ShoppersPassword = "quilt-lantern-banyan-otter";

    private readonly HttpClient http = new();
    private readonly string program;
    private readonly Dictionary<string, string> environment;
    private readonly Process redis;
    private readonly Process sandbox;
    private readonly string folder;
    private readonly CancellationTokenSource closing = new();
    private Process? process;
    private bool? limits;

    private Shop(string program, string sandboxProgram, string databaseUrl, Process redis, int redisPort, string folder)
    {
        this.program = program;
        this.redis = redis;
        this.folder = folder;
        DatabaseUrl = databaseUrl;
        RedisUrl = $"redis://127.0.0.1:{redisPort}";
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        http.BaseAddress = Url;
        var (sandboxUrl, mailPort) = ($"http://127.0.0.1:{FreePort()}", FreePort());
        using var signingKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        environment = new()
        {
            ["DATABASE_URL"] = databaseUrl,
            ["REDIS_URL"] = RedisUrl,
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["ASPNETCORE_URLS"] = Url.AbsoluteUri,
            ["Logging__LogLevel__Default"] = "Warning",
            ["AARYA_SOCKET_DIR"] = folder,
            ["AARYA_TRUSTED_PROXIES"] = "127.0.0.1",
            ["AARYA_PUBLIC_URL"] = Url.AbsoluteUri,
            ["STOREFRONT_URL"] = Url.AbsoluteUri,
            ["JWT_SECRET"] = signingKey.ExportECPrivateKeyPem(),
            ["ENCRYPTION_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["SEED_PASSWORD"] = RandomNumberGenerator.GetHexString(32),
            ["SMTP_URL"] = $"smtp://127.0.0.1:{mailPort}",
            ["PAYMENT_PROVIDER_URL"] = sandboxUrl,
            ["PAYMENT_API_KEY"] = RandomNumberGenerator.GetHexString(32),
            ["PAYMENT_WEBHOOK_SECRET"] = RandomNumberGenerator.GetHexString(32),
            ["SANDBOX_DATA"] = Path.Combine(folder, "sandbox"),
            ["SANDBOX_WEBHOOK_URL"] = $"{Url}api/payments/webhooks/sandbox",
        };
        sandbox = Start(sandboxProgram, "--urls", sandboxUrl);
        _ = sandbox.StandardOutput.ReadToEndAsync();
        var mail = new SmtpServerOptionsBuilder().ServerName("bench").Endpoint(x => x.Endpoint(new(IPAddress.Loopback, mailPort))).Build();
        _ = new SmtpServer.SmtpServer(mail, SmtpServer.ComponentModel.ServiceProvider.Default).StartAsync(closing.Token);
    }

    public Uri Url { get; }

    public string DatabaseUrl { get; }

    public string RedisUrl { get; }

    public int ProcessId => process!.Id;

    /// <param name="seed">The size of the shop: demo or large.</param>
    public static async Task<Shop> OpenAsync(string seed)
    {
        var program = Path.GetFullPath(Environment.GetEnvironmentVariable("AARYA_PROGRAM") ?? "artifacts/api/Aarya.Api.dll");
        var sandbox = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(program)!, "../sandbox/Aarya.Sandbox.dll"));
        foreach (var needed in new[] { program, sandbox })
            if (!File.Exists(needed)) throw new InvalidOperationException($"{needed} is missing: run ./aarya release first.");
        var server = Infrastructure.Settings.DatabaseUrl.Parse("DATABASE_URL", Environment.GetEnvironmentVariable("DATABASE_URL")
            ?? throw new InvalidOperationException("DATABASE_URL is not set: start the bench with ./aarya bench."));
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "aarya_bench" }.ConnectionString;
        await using (var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString)
            {
                Database = "postgres",
                Pooling = false,
            }.ConnectionString))
        {
            await connection.OpenAsync();
            foreach (var sql in new[] { "drop database if exists aarya_bench with (force)", "create database aarya_bench" })
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
            }
        }

        var folder = Directory.CreateTempSubdirectory("aarya-bench-").FullName;
        var port = FreePort();
        var shop = new Shop(program, sandbox, database, StartRedis(folder, port), port, folder);
        await shop.RunAsync("migrate");
        await shop.RunAsync("seed", "--size", seed);
        return shop;
    }

    /// <summary>Ends the program; the servers stay.</summary>
    public async Task StopAsync()
    {
        await EndAsync(process);
        (process, limits) = (null, null);
    }

    /// <summary>Gives the program a setting from its next start on.</summary>
    public void Set(string name, string value) => environment[name] = value;

    /// <summary>Starts the program with or without rate limits, unless it already runs that way.</summary>
    public async Task ServeAsync(bool limits)
    {
        if (this.limits == limits) return;
        await EndAsync(process);
        if (limits) environment.Remove("AARYA_RATE_LIMIT");
        else environment["AARYA_RATE_LIMIT"] = "0";
        await StartAsync();
        this.limits = limits;
    }

    /// <summary>Starts a Redis as production has it: it evicts nothing and loses at most one second.</summary>
    public static Process StartRedis(string folder, int port) => Process.Start(new ProcessStartInfo("redis-server",
        ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
            "--maxmemory-policy", "noeviction", "--stream-node-max-bytes", "16384", "--loglevel", "warning"])
    {
        RedirectStandardOutput = true,
    })!;

    private Process Start(string assembly, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [assembly, .. args]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Compacts one stream of another Redis into the shop's database; returns what the command prints.</summary>
    public Task<string> CompactAsync(string redisUrl, string stream)
    {
        environment["REDIS_URL"] = redisUrl;
        try
        {
            return RunAsync("compact", "--stream", stream);
        }
        finally
        {
            environment["REDIS_URL"] = RedisUrl;
        }
    }

    private async Task<string> RunAsync(params string[] args)
    {
        using var command = Start(program, args);
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', args)} failed: {output}");
    }

    private async Task StartAsync()
    {
        var watch = Stopwatch.StartNew();
        process = Start(program);
        _ = process.StandardOutput.ReadToEndAsync();
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException("The program ended while it started.");
            if (watch.Elapsed > TimeSpan.FromSeconds(30)) throw new InvalidOperationException("The program is not ready after 30 s.");
            try
            {
                using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (ready.IsSuccessStatusCode) break;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        Console.WriteLine($"ready {watch.ElapsedMilliseconds} ms after start");
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    public Task<byte[]> BytesAsync(string path) => http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    /// <param name="address">The client's address, sent as a proxy would; null for this machine's own.</param>
    public Task<JsonNode> PostAsync(string path, object body, string? token = null, string? address = null) =>
        SendAsync(HttpMethod.Post, path, JsonContent.Create(body), token, address: address);

    /// <param name="key">The idempotency key; null for none.</param>
    /// <param name="address">The client's address, sent as a proxy would; null for this machine's own.</param>
    /// <param name="tag">The ETag that was read, for If-Match; null for none.</param>
    public async Task<JsonNode> SendAsync(
        HttpMethod method, string path, HttpContent? body, string? token, string? key = null, string? address = null, string? tag = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (tag is not null) request.Headers.Add("If-Match", tag);
        if (address is not null) request.Headers.Add("X-Forwarded-For", address);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path} answered {(int)response.StatusCode}: {text}");
        var isJson = response.Content.Headers.ContentType?.MediaType is "application/json";
        return JsonNode.Parse(isJson && text.Length > 0 ? text : "{}")!;
    }

    /// <summary>Registers a customer; returns the access token.</summary>
    public async Task<string> CustomerAsync()
    {
        var email = $"asha.{Guid.NewGuid():N}@example.com";
        await PostAsync("/api/auth/register", new { name = "Asha Rao", email, password = ShoppersPassword });
        return await SignInAsync(email, ShoppersPassword);
    }

    /// <summary>The access token of one of the seeded accounts of staff.</summary>
    /// <param name="role">Support, merchandiser or admin, in lower case.</param>
    public Task<string> StaffAsync(string role) => SignInAsync($"{role}@aarya.example", environment["SEED_PASSWORD"]);

    private async Task<string> SignInAsync(string email, string password) =>
        (string)(await PostAsync("/api/auth/login", new { email, password }))["accessToken"]!;

    /// <summary>Creates guests and returns their access tokens.</summary>
    /// <param name="addressOf">The address of each guest; null when all come from this machine.</param>
    public async Task<string[]> GuestsAsync(int count, Func<int, string>? addressOf = null)
    {
        var tokens = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            tokens[i] = (string)(await PostAsync("/api/auth/guest", new { }, address: addressOf?.Invoke(i)))["accessToken"]!);
        return tokens;
    }

    /// <summary>Adds stock to every SKU, so that no order of the bench is refused.</summary>
    public Task StockUpAsync(int pieces) => SqlAsync($"""
        with delivered as (update commerce.stock set on_hand = on_hand + {pieces} returning sku)
        insert into commerce.stock_ledger (sku, delta, reason, reference)
        select sku, {pieces}, 'delivery', gen_random_uuid()::text from delivered
        """);

    /// <summary>Waits until the messages of the last round are handled, so that they do not slow the next measurement.</summary>
    public Task QuietAsync() =>
        Waiting.UntilAsync("all messages are handled", TimeSpan.FromMinutes(3), async () => await WaitingAsync() == 0);

    /// <summary>
    /// Creates the floor's own goods: for each SKU a numbered twin, with the same row in every table that a checkout reads.
    /// </summary>
    public Task OpenFloorAsync(string[] skus) => SqlAsync($"""
        with twin as (
          select 'FLOOR-' || position - 1 as floor_sku, sku
          from unnest(string_to_array('{string.Join(' ', skus)}', ' ')) with ordinality as line(sku, position)
        ), stocked as (
          insert into commerce.stock
          select (jsonb_populate_record(stock, jsonb_build_object('sku', floor_sku))).* from commerce.stock join twin using (sku)
        )
        insert into commerce.variant
        select (jsonb_populate_record(variant, jsonb_build_object('sku', floor_sku))).* from commerce.variant join twin using (sku)
        """);

    /// <summary>
    /// Fills the search index up to this many products: copies of the shop's products, each with SKUs of its own, and with three more words
    /// in its name. Of 20,000 made-up words the frequent ones come more often (Zipf). Other contexts do not know these products.
    /// </summary>
    public async Task FillSearchAsync(int products)
    {
        await QuietAsync();
        await SqlAsync($"""
            set statement_timeout = 0;
            with copy as materialized (
              select gen_random_uuid() as id, product_id as original, number,
                array(select 'zu' || translate(floor(power(20000, random()))::integer::text, '0123456789', 'abcdefghij')
                      from generate_series(1, 3 + 0 * number)) as more
              from search.product
              cross join generate_series(1, {products} / (select count(*) from search.product where published) - 1) as number
              where published
            ), offer as (
              insert into search.variant
              select id, sku || '-' || number, size, colour, price_minor, compare_at_minor
              from copy join search.variant on product_id = original returning product_id, sku
            ), stocked as (
              insert into search.stock (sku, available, sequence, indexed_at)
              select sku || '-' || number, available, 0, now() - interval '1 hour'
              from copy join search.variant on product_id = original join search.stock using (sku)
            ), lexemes as (
              select product_id, string_agg(lexeme, ' ')::tsvector as codes
              from offer cross join lateral (values (lower(replace(sku, '-', ''))), ('=' || lower(replace(sku, '-', '')))) as code(code)
              cross join lateral (select quote_literal(code) || ':90C' as lexeme) as quoted group by product_id
            )
            insert into search.product (product_id, version, published, slug, name, description, category, image, price_minor, currency,
              published_at, indexed_at, words, word_rules)
            select id, version, true, slug || '-' || number, name || ' ' || array_to_string(more, ' '), description, category, image,
              price_minor, currency, published_at - number * interval '1 minute', now() - interval '1 hour',
              words || (select string_agg(quote_literal(word) || ':91A', ' ')::tsvector from unnest(more) as word) || codes, word_rules
            from copy join search.product on product.product_id = original join lexemes on lexemes.product_id = id
            """);
        // The shop reads an index that was filled long ago.
        await EndAsync(process);
        await StartAsync();
    }

    /// <summary>
    /// Lets typos be corrected to the made-up words, too, so that a correction has as many words to compare as products have.
    /// </summary>
    public async Task LearnMadeUpWordsAsync()
    {
        await SqlAsync("""
            insert into search.word (word)
            select distinct word from search.product cross join regexp_split_to_table(name, ' ') as word where word ~ '^zu[a-j]+$'
            on conflict do nothing
            """);
        await EndAsync(process);
        await StartAsync();
    }

    /// <summary>
    /// The words that the search index has in names, categories and colours, the most frequent first. Also creates <c>bench_word</c>, which
    /// has for each of them the query that a floor runs.
    /// </summary>
    public async Task<IReadOnlyList<string>> SearchWordsAsync()
    {
        await QuietAsync();
        return (string[])(await SqlAsync("""
            drop table if exists bench_word;
            create table bench_word as
              select (row_number() over (order by ndoc desc, word))::integer as position, word,
                quote_literal(word)::tsquery as query, (quote_literal(left(word, 3)) || ':*')::tsquery as beginning
              from ts_stat('select ts_filter(words, ''{a,b,c}'') from search.product where published')
              where word ~ '^[a-z]{3,}$';
            alter table bench_word add primary key (position);
            analyze bench_word;
            create index if not exists bench_words on search.product using gin (words);
            analyze search.product;
            select array_agg(word order by position) from bench_word
            """))!;
    }

    /// <summary>Purchases confirmed per second, from <paramref name="since"/> until the last one was confirmed.</summary>
    /// <exception cref="InvalidOperationException">An order was placed but not confirmed, so it is not a purchase.</exception>
    public async Task<double> ConfirmedPerSecondAsync(DateTime since)
    {
        var at = since.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        var unpaid = (long)(await SqlAsync($"""
            select count(*) from commerce.mt_doc_order
            where (data ->> 'placedAt')::timestamptz >= '{at}' and data ->> 'status' <> 'Confirmed'
            """))!;
        if (unpaid > 0) throw new InvalidOperationException($"{unpaid} orders of a round were not confirmed.");
        return (double)(await SqlAsync($"""
            select coalesce(count(*) / extract(epoch from max(timestamp) - '{at}'), 0)::float8 from commerce.mt_events
            where type = 'order_confirmed' and timestamp >= '{at}'
            """))!;
    }

    /// <summary>Freezes the shop's process (SIGSTOP); disposal resumes it and waits until it has caught up.</summary>
    public IAsyncDisposable Frozen()
    {
        Signal("-STOP", ProcessId);
        return new Thaw(this);
    }

    private sealed class Thaw(Shop shop) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Signal("-CONT", shop.ProcessId);
            await shop.QuietAsync();
        }
    }

    private static void Signal(string signal, int pid)
    {
        using var kill = Process.Start("kill", [signal, $"{pid}"]);
        kill.WaitForExit();
        if (kill.ExitCode != 0) throw new InvalidOperationException($"kill {signal} {pid} failed with exit code {kill.ExitCode}.");
    }

    /// <summary>Removes the floor's undeliverable messages and its stock changes, which the shop would otherwise process.</summary>
    public Task ForgetFloorAsync() => SqlAsync("""
        with sent as (delete from commerce.wolverine_outgoing_envelopes where destination = 'floor://nowhere'),
          changed as (delete from commerce.stock_changed where sku like 'FLOOR-%')
        delete from commerce.wolverine_incoming_envelopes where received_at = 'floor://nowhere'
        """);

    private async Task<long> WaitingAsync() => (long)(await SqlAsync($"""
        select {string.Join(" + ", Roles.Contexts.Select(x =>
            $"(select count(*) from {x}.wolverine_outgoing_envelopes) + (select count(*) from {x}.wolverine_incoming_envelopes where "
            + $"status = 'Incoming')"))}
          + (select count(*) from commerce.stock_changed) + (select count(*) from commerce.product_changed)
        """) ?? 0L);

    /// <summary>Runs statements as the owner of the database; returns the first value of the first result.</summary>
    /// <param name="seconds">How long they may take; 60 by default.</param>
    public async Task<object?> SqlAsync(string sql, int seconds = 60)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = seconds };
        return await command.ExecuteScalarAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task EndAsync(Process? started)
    {
        if (started is null) return;
        if (!started.HasExited) started.Kill();
        await started.WaitForExitAsync();
        started.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { process, sandbox, redis }) await EndAsync(started);
        await closing.CancelAsync();
        closing.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
