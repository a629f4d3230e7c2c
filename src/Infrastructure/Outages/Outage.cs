using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Outages;

/// <summary>Marks the program's own exceptions that report an outage: something that the work needs is not available.</summary>
public interface IOutage;

/// <summary>
/// The one rule that separates an outage from work that cannot succeed. An outage ends: a message is retried however long it lasts and
/// never becomes a dead letter, a request gets 503 with Retry-After, a call between contexts <c>UNAVAILABLE</c>. A part that answers but
/// refuses every client for a time is an outage, too: a full disk, a read-only standby.
/// </summary>
public static class Outage
{
    // The first words of errors that refuse every client; https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors.
    private static readonly HashSet<string> RefusalsOfRedis = new(StringComparer.Ordinal)
    {
        "LOADING", "MISCONF", "READONLY", "OOM", "BUSY", "UNKILLABLE", "UNBLOCKED", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN",
        "MOVED", "ASK", "NOSCRIPT", "NOMASTERLINK", "FAILOVER",
        // A command of a transaction got one of these.
        "EXECABORT",
        // The login is wrong: the operator must correct it; the message or the request is not at fault.
        "NOAUTH", "WRONGPASS", "NOPERM", "DENIED",
    };

    // PostgreSQL ended a session, because it was idle for too long.
    private const string IdleInTransaction = "25P03";

    /// <summary>True for an outage, which will end, at whatever depth of the exception it is reported.</summary>
    public static bool Is(Exception? e) => e switch
    {
        null => false,
        IOutage => true,
        PostgresException refused => Is(refused),
        // Two commands at once on one connection.
        NpgsqlOperationInProgressException => false,
        NpgsqlException or SocketException => true,
        RedisServerException refused => Is(refused),
        // The client itself refuses to write to a server that has become a replica.
        RedisCommandException command => command.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal),
        RedisException => true,
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } => true,
        RpcException => false,
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
        HttpRequestException => true,
        SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable or SmtpStatusCode.TemporaryAuthenticationFailure } => true,
        // Its disk is full, or it cannot work: this concerns the whole server, unless it is the answer to one recipient.
        SmtpCommandException
        {
            StatusCode: SmtpStatusCode.ErrorInProcessing or SmtpStatusCode.InsufficientStorage,
            ErrorCode: not SmtpErrorCode.RecipientNotAccepted,
        } => true,
        SmtpCommandException => false,
        SmtpProtocolException or ServiceNotConnectedException or AuthenticationException or SslHandshakeException => true,
        // The caller cancelled, unless a time limit did.
        OperationCanceledException => e.InnerException is TimeoutException,
        TimeoutException => true,
        AggregateException all => all.InnerExceptions.Any(Is),
        // Npgsql lost track of PostgreSQL's messages, which a statement's time limit may cause, and has closed the connection. It has no
        // exception type for this.
        _ when e.GetType() == typeof(Exception)
            && e.Message.StartsWith("Received unexpected backend message", StringComparison.Ordinal) => true,
        _ => Is(e.InnerException),
    };

    /// <summary>
    /// The same for the handling of a message, where a cancellation means that its time limit has passed or that the process stops:
    /// something that the handler waited for was slow, and the message is handled again later.
    /// </summary>
    public static bool IsOfMessage(Exception? e) => Is(e) || e switch
    {
        null => false,
        OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } => true,
        AggregateException all => all.InnerExceptions.Any(IsOfMessage),
        _ => IsOfMessage(e.InnerException),
    };

    /// <summary>True when other transactions were in the way for a moment: an immediate retry will probably succeed.</summary>
    public static bool IsRace(Exception? e) => e switch
    {
        null => false,
        PostgresException refused => refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable
            // A pooler gave the transaction a session with other prepared statements.
            or PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement
            || IsStalePlan(refused),
        AggregateException all => all.InnerExceptions.Any(IsRace),
        _ => IsRace(e.InnerException),
    };

    /// <summary>True for anything that Redis or its client may throw: for work that can go on without Redis.</summary>
    public static bool IsOfRedis(Exception e) => e is RedisException || Is(e);

    // FATAL and PANIC concern the connection, refused or ended, whatever the SQLSTATE: a revoked CONNECT is 42501, like a
    // forbidden table. https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS
    private static bool Is(PostgresException e) => e.IsTransient
        || e.InvariantSeverity is "FATAL" or "PANIC"
        // The classes of https://www.postgresql.org/docs/current/errcodes-appendix.html that concern the server and not the statement:
        // connections, resources, system errors, and operator intervention.
        || e.SqlState.StartsWith("08", StringComparison.Ordinal) || e.SqlState.StartsWith("53", StringComparison.Ordinal)
        || e.SqlState.StartsWith("58", StringComparison.Ordinal)
        || e.SqlState.StartsWith("57P", StringComparison.Ordinal)
        || e.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.StatementCompletionUnknown or IdleInTransaction
        || IsRace(e);

    // A migration has changed the result of a prepared statement; Npgsql prepares it again at the next attempt.
    private static bool IsStalePlan(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.FeatureNotSupported && e.MessageText.StartsWith("cached plan", StringComparison.Ordinal);

    private static bool Is(RedisServerException e) =>
        e.Kind is RedisErrorKind.ConnectionFault or RedisErrorKind.Timeout or RedisErrorKind.MaxClients
        || RefusalsOfRedis.Contains(FirstWord(e.Message))
        || e.Message.StartsWith("ERR max number of clients", StringComparison.Ordinal)
        // NOPERM, as a script reports it.
        || e.Message.StartsWith("ERR The user executing the script can't", StringComparison.Ordinal);

    private static string FirstWord(string message) => message.Split([' ', '\r', '\n'], 2)[0].TrimStart('-');
}
