using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Tracing;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// The connection strings of every context. Each context logs in as its own role (<c>aarya_commerce</c>, ...), which owns its schema and
/// can access no other. The role's connection comes from <c>COMMERCE_DATABASE_URL</c> when that is set, and past a pooler from
/// <c>COMMERCE_DATABASE_DIRECT_URL</c>; else it is <c>DATABASE_URL</c> with the context's login and a password derived from that of
/// <c>DATABASE_URL</c>, so that one setting is enough for a simple installation.
/// </summary>
public sealed class ContextDatabases : IDisposable
{
    internal static readonly NumberSetting PoolSize = new("DATABASE_POOL_SIZE", 10, 2, 500);

    private const string Shared = "DATABASE_URL";

    private readonly IConfiguration configuration;
    private readonly ConcurrentDictionary<string, NpgsqlDataSource> plain = new(StringComparer.Ordinal);

    // Covers the wait for a place in the pool and the connecting. On a busy processor that takes seconds, and an attempt that times out
    // halfway costs as much as one that succeeds: with five seconds, a process that had lost all its connections at once timed out again
    // and again as long as requests kept arriving.
    private const int SecondsToConnect = 15;

    // How many statements a connection keeps prepared: more than a context has.
    private const int PreparedStatements = 200;

    // Null when the setting is missing: a process whose contexts all have URLs of their own needs neither.
    private readonly NpgsqlConnectionStringBuilder? pooled;
    private readonly NpgsqlConnectionStringBuilder? direct;

    /// <exception cref="StartupException">DATABASE_URL cannot be understood.</exception>
    public ContextDatabases(IConfiguration configuration)
    {
        this.configuration = configuration;
        pooled = configuration.Find(Shared) is { } url ? DatabaseUrl.Parse(Shared, url) : null;
        direct = configuration.Find("DATABASE_DIRECT_URL") is { } past ? DatabaseUrl.Parse("DATABASE_DIRECT_URL", past) : pooled;
    }

    /// <summary>The connection of migrations: the owner of the database, past any pooler.</summary>
    /// <exception cref="StartupException">Neither DATABASE_DIRECT_URL nor DATABASE_URL is set.</exception>
    public string Administrator => Required(direct).ConnectionString;

    /// <summary>The address of the context's server, for messages.</summary>
    internal string HostOf(string role)
    {
        var url = Build(role, pooled, UrlOf(role));
        return $"{url.Host}:{url.Port}";
    }

    /// <summary>The setting that leads to the context's server, for messages.</summary>
    internal string SettingOf(string role) => configuration.Find(UrlOf(role)) is null ? Shared : UrlOf(role);

    public static string LoginOf(string role) => $"aarya_{role}";

    /// <summary>The connection of the context's requests and handlers.</summary>
    /// <exception cref="StartupException">
    /// The context has a direct URL, but no URL of its own; or neither it nor all contexts have a URL.
    /// </exception>
    public string Of(string role)
    {
        // No request leaves state in its session, so no DISCARD ALL is needed before each one; and a transaction pooler
        // would run it in another client's session.
        var built = new NpgsqlConnectionStringBuilder(Build(role, pooled, UrlOf(role)).ConnectionString) { NoResetOnClose = true };
        // Planning a statement costs PostgreSQL more than executing it. A pooler may give the next transaction another session, without the
        // statements that were prepared in this one; the URL of a pooler that supports them may turn them on.
        if (!IsPooled(role) && !Says(built, "Max Auto Prepare"))
            (built.MaxAutoPrepare, built.AutoPrepareMinUsages) = (PreparedStatements, 2);
        return built.ConnectionString;
    }

    /// <summary>
    /// For work that needs its own session: migrations, durability agents, listeners (a transaction pooler breaks session locks).
    /// </summary>
    public string DirectOf(string role) => Build(role, direct, DirectUrlOf(role)).ConnectionString;

    /// <summary>
    /// The same as a source of connections for a few statements whose values are text, bytes, numbers and times: it does not read all types
    /// of the database first, which would cost PostgreSQL 25 ms of CPU per pool.
    /// </summary>
    public NpgsqlDataSource PlainSourceOf(string role) => plain.GetOrAdd(role, x => Plain(DirectOf(x)));

    /// <summary>The same through the pooler, if there is one, for requests and handlers.</summary>
    public NpgsqlDataSource PlainPooledSourceOf(string role) => plain.GetOrAdd($"pooled {role}", _ => Plain(Of(role)));

    /// <summary>A source of connections for values of the simplest types only.</summary>
    internal static NpgsqlDataSource Plain(string connection) =>
        Source(connection, x => x.ConfigureTypeLoading(types => types.EnableTypeLoading(false)));

    /// <summary>A source of connections whose statements are in the trace of the request or message that they belong to.</summary>
    internal static NpgsqlDataSource Source(string connection, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        var builder = new NpgsqlDataSourceBuilder(connection);
        // Else it is the connection string, in metrics and traces.
        builder.Name = builder.ConnectionStringBuilder.ApplicationName;
        builder.ConfigureTracing(x => x
            .ConfigureCommandFilter(static _ => ShopTraces.IsRecording)
            .ConfigureBatchFilter(static _ => ShopTraces.IsRecording)
            .EnablePhysicalOpenTracing(false)
            .EnableFirstResponseEvent(false));
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Where the context's schema is provisioned; its own server when its URL names one.</summary>
    public string AdministratorOf(string role) =>
        configuration.Find($"{role.ToUpperInvariant()}_DATABASE_ADMIN_URL") is { } url
            ? DatabaseUrl.Parse($"{role.ToUpperInvariant()}_DATABASE_ADMIN_URL", url).ConnectionString
            : Administrator;

    public string PasswordOf(string role) => Build(role, direct, DirectUrlOf(role)).Password ?? "";

    // There is a pooler when a setting has an address that bypasses it.
    private bool IsPooled(string role) => DirectUrlOf(role) != UrlOf(role)
        || (configuration.Find(UrlOf(role)) is null && (direct?.Host, direct?.Port) != (pooled?.Host, pooled?.Port));

    // The setting of the context's own direct URL where there is one, else that of its URL.
    private string DirectUrlOf(string role)
    {
        var (url, past) = (UrlOf(role), $"{role.ToUpperInvariant()}_DATABASE_DIRECT_URL");
        if (configuration.Find(past) is null) return url;
        return configuration.Find(url) is not null
            ? past
            : throw new StartupException($"{past} is set, but {url} is not: {past} bypasses the pooler of {url}, so set both.");
    }

    private static string UrlOf(string role) => $"{role.ToUpperInvariant()}_DATABASE_URL";

    private static NpgsqlConnectionStringBuilder Required(NpgsqlConnectionStringBuilder? url) => url ?? throw new StartupException(
        $"{Shared} is not set: give the PostgreSQL to use, such as postgres://user:password@127.0.0.1:5432/aarya, or run ./aarya up.");

    private NpgsqlConnectionStringBuilder Build(string role, NpgsqlConnectionStringBuilder? shared, string name)
    {
        NpgsqlConnectionStringBuilder built;
        if (configuration.Find(name) is { } own)
        {
            built = DatabaseUrl.Parse(name, own);
        }
        else
        {
            var from = Required(shared);
            built = new(from.ConnectionString) { Username = LoginOf(role), Password = Derive(from.Password, role) };
        }

        built.ApplicationName = $"aarya-{role}";
        // Few, so that each connection has the common statements prepared; at least as many as the URL's Minimum Pool Size.
        if (!Says(built, "Maximum Pool Size")) built.MaxPoolSize = Math.Max(PoolSize.Read(configuration), built.MinPoolSize);
        if (!Says(built, "Timeout")) built.Timeout = SecondsToConnect;
        if (!Says(built, "Command Timeout")) built.CommandTimeout = 20;
        return built;
    }

    // ContainsKey is true for every keyword of Npgsql, set or not.
    private static bool Says(NpgsqlConnectionStringBuilder built, string word) =>
        built.Keys.Cast<string>().Contains(word, StringComparer.OrdinalIgnoreCase);

    private static string Derive(string? secret, string role) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret ?? ""),
            Encoding.UTF8.GetBytes($"aarya database login {role}")))[..40];

    public void Dispose()
    {
        foreach (var source in plain.Values) source.Dispose();
    }
}
