using Aarya.Features.Payment.Providers;
using Aarya.Infrastructure.Outages;
using Aarya.Specs.Support.Servers;
using Grpc.Core;
using MailKit.Net.Smtp;
using Npgsql;

namespace Aarya.Specs.Outages;

/// <summary>
/// The real errors of PostgreSQL and other services, and whether an event waits or is given up because of them. Redis has its own spec.
/// </summary>
public sealed class OutageSpec : IAsyncLifetime
{
    [Theory]
    [InlineData(SmtpErrorCode.MessageNotAccepted, 452, true)]
    [InlineData(SmtpErrorCode.SenderNotAccepted, 451, true)]
    [InlineData(SmtpErrorCode.RecipientNotAccepted, 452, false)]
    [InlineData(SmtpErrorCode.MessageNotAccepted, 552, false)]
    public void a_mail_server_without_room_is_away_and_a_mailbox_without_room_is_not(SmtpErrorCode what, int status, bool isAway)
    {
        var refused = new SmtpCommandException(what, (SmtpStatusCode)status, "no room");
        Assert.Equal(isAway, Outage.Is(new InvalidOperationException("", refused)));
    }

    [Fact]
    public void a_connection_on_which_the_client_has_lost_its_place_is_away()
    {
        const string words = "Received unexpected backend message DataRow. Please file a bug.";
        var lost = (Exception)Activator.CreateInstance(typeof(Exception), words)!;
        Assert.True(Outage.Is(lost));
        Assert.False(Outage.Is(new InvalidOperationException(words)));
    }

    [Fact]
    public void a_message_whose_time_was_over_waits_as_for_what_is_away()
    {
        var over = new OperationCanceledException();
        Assert.False(Outage.Is(over));
        Assert.All(new Exception[] { over, new InvalidOperationException("", over), new AggregateException(over), new TimeoutException() },
            x => Assert.True(Outage.IsOfMessage(x)));
        Assert.All(new Exception?[] { null, new InvalidOperationException(), new AggregateException(new FormatException()) },
            x => Assert.False(Outage.IsOfMessage(x)));
    }

    private readonly string login = $"outage_{Guid.NewGuid():N}";
    private SpecDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        await AsOwnerAsync(
            $"create role {login} login password 'outage'; create table secret (id int); create table known (id int primary key); grant "
            + $"insert on known to {login}");
    }

    public async ValueTask DisposeAsync()
    {
        await AsOwnerAsync($"drop owned by {login}; drop role {login}");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task a_database_that_admits_nobody_is_away()
    {
        await AsOwnerAsync($"revoke connect on database {database.Name} from public");

        var refused = await RefusedAsync("select 1");

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.True(Outage.Is(refused));
        Assert.True(Outage.Is(new InvalidOperationException("The session could not be opened.", refused)));
    }

    [Fact]
    public async Task a_login_that_may_not_log_in_now_is_away()
    {
        await AsOwnerAsync($"alter role {login} nologin");

        Assert.True(Outage.Is(await RefusedAsync("select 1")));
    }

    [Fact]
    public async Task a_database_that_is_not_there_now_is_away() =>
        Assert.True(Outage.Is(await RefusedAsync("select 1", database: "nowhere_" + login)));

    [Fact]
    public async Task a_connection_that_is_ended_from_outside_is_away() =>
        Assert.True(Outage.Is(await RefusedAsync("select pg_terminate_backend(pg_backend_pid())")));

    [Theory]
    [InlineData("53000")]
    [InlineData("53100")]
    [InlineData("53200")]
    [InlineData("53300")]
    [InlineData("53400")]
    [InlineData("57P01")]
    [InlineData("57P02")]
    [InlineData("57P03")]
    [InlineData("57P05")]
    [InlineData("57014")]
    [InlineData("08000")]
    [InlineData("08001")]
    [InlineData("08003")]
    [InlineData("08004")]
    [InlineData("08006")]
    [InlineData("08P01")]
    [InlineData("25006")]
    [InlineData("25P03")]
    [InlineData("40001")]
    [InlineData("40003")]
    [InlineData("40P01")]
    [InlineData("55P03")]
    [InlineData("58000")]
    [InlineData("58030")]
    public async Task what_postgresql_says_of_itself_and_not_of_the_statement_is_away(string state) =>
        Assert.True(Outage.Is(await RaisedAsync(state)));

    [Theory]
    [InlineData("0A000")]
    [InlineData("21000")]
    [InlineData("22001")]
    [InlineData("22P02")]
    [InlineData("23505")]
    [InlineData("23514")]
    [InlineData("42501")]
    [InlineData("42P01")]
    [InlineData("42703")]
    [InlineData("54000")]
    [InlineData("P0001")]
    [InlineData("XX000")]
    public async Task what_postgresql_says_of_a_statement_is_no_outage(string state) =>
        Assert.False(Outage.Is(await RaisedAsync(state)));

    [Fact]
    public async Task a_database_that_only_reads_is_away() =>
        Assert.True(Outage.Is(await RefusedAsync("set transaction read only; insert into known values (7)")));

    [Fact]
    public async Task a_statement_that_takes_too_long_is_away() =>
        Assert.True(Outage.Is(await RefusedAsync("set statement_timeout = 10; select pg_sleep(60)")));

    [Fact]
    public async Task a_lock_that_is_not_given_in_time_is_away_and_worth_another_try_at_once()
    {
        await using var holder = new NpgsqlConnection(database.Url);
        await holder.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("lock table known", holder, transaction);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var refused = await RefusedAsync("set lock_timeout = 10; insert into known values (8)");

        Assert.True(Outage.Is(refused));
        Assert.True(Outage.IsRace(refused));
    }

    [Fact]
    public async Task a_plan_that_a_migration_has_outdated_is_made_once_more_by_the_next_attempt()
    {
        var prepared = new NpgsqlConnectionStringBuilder(database.Url) { MaxPoolSize = 1, MaxAutoPrepare = 10, AutoPrepareMinUsages = 1 };
        await using var source = NpgsqlDataSource.Create(prepared);
        for (var i = 0; i < 3; i++) await ReadAsync();
        await AsOwnerAsync("alter table known add column note text");

        var refused = await Assert.ThrowsAsync<PostgresException>(ReadAsync);

        Assert.True(Outage.IsRace(refused), $"{refused}");
        await ReadAsync();

        async Task ReadAsync()
        {
            await using var select = source.CreateCommand("select * from known");
            await select.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task nobody_at_the_address_no_answer_in_time_and_no_connection_left_are_away()
    {
        await AwayAsync("Host=127.0.0.1;Port=1;Timeout=2");
        await AwayAsync("Host=no.such.host.invalid;Timeout=2");
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await AwayAsync($"Host=127.0.0.1;Port={((System.Net.IPEndPoint)silent.LocalEndpoint).Port};Timeout=1");

        var one = new NpgsqlConnectionStringBuilder(database.Url) { MaxPoolSize = 1, Timeout = 5, ApplicationName = login };
        await using var held = new NpgsqlConnection(one.ConnectionString);
        await held.OpenAsync(TestContext.Current.CancellationToken);
        await AwayAsync(one.ConnectionString);

        async Task AwayAsync(string url)
        {
            var failed = await Assert.ThrowsAnyAsync<Exception>(() => ExecuteAsync(url, "select 1"));
            Assert.True(Outage.Is(failed), $"{failed}");
        }
    }

    [Fact]
    public async Task two_commands_at_once_on_one_connection_are_a_mistake_and_no_outage()
    {
        await using var connection = new NpgsqlConnection(database.Url);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var first = new NpgsqlCommand("select 1", connection);
        await using var reader = await first.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await using var second = new NpgsqlCommand("select 2", connection);

        var mistake = await Assert.ThrowsAnyAsync<Exception>(() => second.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.False(Outage.Is(mistake));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, true)]
    [InlineData(StatusCode.DeadlineExceeded, true)]
    [InlineData(StatusCode.ResourceExhausted, true)]
    [InlineData(StatusCode.NotFound, false)]
    [InlineData(StatusCode.InvalidArgument, false)]
    [InlineData(StatusCode.FailedPrecondition, false)]
    [InlineData(StatusCode.Internal, false)]
    [InlineData(StatusCode.Cancelled, false)]
    public void a_context_that_does_not_answer_is_away_and_one_that_refuses_is_not(StatusCode status, bool isAway) =>
        Assert.Equal(isAway, Outage.Is(new RpcException(new(status, "so it is"))));

    [Theory]
    [InlineData(null, true)]
    [InlineData(408, true)]
    [InlineData(429, true)]
    [InlineData(502, true)]
    [InlineData(503, true)]
    [InlineData(504, true)]
    [InlineData(400, false)]
    [InlineData(404, false)]
    [InlineData(500, false)]
    public void what_an_http_server_says_for_a_time_is_away(int? status, bool isAway) =>
        Assert.Equal(isAway, Outage.Is(new HttpRequestException("so it is", null, (System.Net.HttpStatusCode?)status)));

    [Fact]
    public async Task an_http_server_that_does_not_answer_in_time_is_away_and_a_caller_who_leaves_is_not()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var url = new Uri($"http://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}");
        using var impatient = new HttpClient { Timeout = TimeSpan.FromMilliseconds(50) };
        using var client = new HttpClient();
        using var leaving = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        var late = await Assert.ThrowsAnyAsync<Exception>(() => impatient.GetAsync(url, TestContext.Current.CancellationToken));
        Assert.True(Outage.Is(late));
        Assert.False(Outage.Is(await Assert.ThrowsAnyAsync<Exception>(() => client.GetAsync(url, leaving.Token))));
        Assert.True(Outage.Is(new ProviderUnavailableException("It said nothing.")));
    }

    [Theory]
    [InlineData("select * from secret")]
    [InlineData("insert into known values (1), (1)")]
    [InlineData("insert into nowhere values (1)")]
    [InlineData("select 1 / 0")]
    [InlineData("select 'x'::int")]
    public async Task a_statement_that_is_refused_is_no_outage(string sql) => Assert.False(Outage.Is(await RefusedAsync(sql)));

    private Task<PostgresException> RaisedAsync(string state) =>
        RefusedAsync($"do $$ begin raise exception using errcode = '{state}', message = 'so it is'; end $$");

    private async Task<PostgresException> RefusedAsync(string sql, string? database = null)
    {
        var url = new NpgsqlConnectionStringBuilder(this.database.Url) { Username = login, Password = "outage", Pooling = false };
        if (database is not null) url.Database = database;
        return await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(url.ConnectionString, sql));
    }

    private Task AsOwnerAsync(string sql) => ExecuteAsync(database.Url, sql);

    private static async Task ExecuteAsync(string url, string sql)
    {
        await using var connection = new NpgsqlConnection(url);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
