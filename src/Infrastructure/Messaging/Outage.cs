using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging;

/// <summary>Marks an exception of the program's own that says: something that this needs is away.</summary>
public interface IOutage;

/// <summary>
/// The one rule that tells "something this needs is away" from "this cannot be done". What is away comes back: a message waits for it
/// however long that takes and never ends among the dead letters, a request is answered 503 with Retry-After, a call between contexts
/// <c>UNAVAILABLE</c>. "Away" is also a part that answers and refuses every client for a time: a full disk, a standby that only reads.
/// </summary>
public static class Outage
{
    // What Redis says first when it refuses every client; https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors.
    private static readonly HashSet<string> RefusalsOfRedis = new(StringComparer.Ordinal)
    {
        "LOADING", "MISCONF", "READONLY", "OOM", "BUSY", "UNKILLABLE", "UNBLOCKED", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN",
        "MOVED", "ASK", "NOSCRIPT", "NOMASTERLINK", "FAILOVER",
        // One of these met a command of a transaction.
        "EXECABORT",
        // The login: the operator has to mend it, and the message or the request is not at fault.
        "NOAUTH", "WRONGPASS", "NOPERM", "DENIED",
    };

    // A session that PostgreSQL ended, because it did nothing for too long.
    private const string IdleInTransaction = "25P03";

    /// <summary>True when something is away that will be back, wherever in the exception that is said.</summary>
    public static bool Is(Exception? e) => e switch
    {
        null => false,
        IOutage => true,
        PostgresException refused => Is(refused),
        // Two commands at once on one connection.
        NpgsqlOperationInProgressException => false,
        NpgsqlException or SocketException => true,
        RedisServerException refused => Is(refused),
        // The client itself refuses to write to what has become a replica.
        RedisCommandException command => command.Message.StartsWith("Command cannot be issued to a replica", StringComparison.Ordinal),
        RedisException => true,
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted } => true,
        RpcException => false,
        HttpRequestException { StatusCode: { } status } => status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout,
        HttpRequestException => true,
        SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable or SmtpStatusCode.TemporaryAuthenticationFailure } => true,
        // Its disk is full, or it cannot work: that is about the server, unless it says so of one recipient.
        SmtpCommandException
        {
            StatusCode: SmtpStatusCode.ErrorInProcessing or SmtpStatusCode.InsufficientStorage,
            ErrorCode: not SmtpErrorCode.RecipientNotAccepted,
        } => true,
        SmtpCommandException => false,
        SmtpProtocolException or ServiceNotConnectedException or AuthenticationException or SslHandshakeException => true,
        // The caller gave up, unless a time limit did.
        OperationCanceledException => e.InnerException is TimeoutException,
        TimeoutException => true,
        AggregateException all => all.InnerExceptions.Any(Is),
        // Npgsql lost its place in what PostgreSQL sent, which a statement's time limit may cause, and has given the connection up. It says
        // so by no type of its own.
        _ when e.GetType() == typeof(Exception)
            && e.Message.StartsWith("Received unexpected backend message", StringComparison.Ordinal) => true,
        _ => Is(e.InnerException),
    };

    /// <summary>
    /// The same for the handling of a message, where a cancellation means that its time was over or that the process stops: something that
    /// it waited for was slow, and it is handled again later.
    /// </summary>
    public static bool IsOfMessage(Exception? e) => Is(e) || e switch
    {
        null => false,
        OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } => true,
        AggregateException all => all.InnerExceptions.Any(IsOfMessage),
        _ => IsOfMessage(e.InnerException),
    };

    /// <summary>True when others were in the way for a moment: the same again at once has a good chance.</summary>
    public static bool IsRace(Exception? e) => e switch
    {
        null => false,
        PostgresException refused => refused.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.LockNotAvailable
            // A pooler gave the transaction a session that knows other prepared statements.
            or PostgresErrorCodes.InvalidSqlStatementName or PostgresErrorCodes.DuplicatePreparedStatement
            || IsStalePlan(refused),
        AggregateException all => all.InnerExceptions.Any(IsRace),
        _ => IsRace(e.InnerException),
    };

    /// <summary>True for all that Redis or its client may throw: for what can be done without Redis, whatever is wrong with it.</summary>
    public static bool IsOfRedis(Exception e) => e is RedisException || Is(e);

    // FATAL and PANIC are about the connection, refused or ended, whatever the SQLSTATE: a revoked CONNECT is 42501 as
    // a forbidden table is. https://www.postgresql.org/docs/current/runtime-config-logging.html#RUNTIME-CONFIG-SEVERITY-LEVELS
    private static bool Is(PostgresException e) => e.IsTransient
        || e.InvariantSeverity is "FATAL" or "PANIC"
        // The classes of https://www.postgresql.org/docs/current/errcodes-appendix.html that are about the server and not the statement:
        // connections, resources, the system around it, and those who stop it.
        || e.SqlState.StartsWith("08", StringComparison.Ordinal) || e.SqlState.StartsWith("53", StringComparison.Ordinal)
        || e.SqlState.StartsWith("58", StringComparison.Ordinal)
        || e.SqlState.StartsWith("57P", StringComparison.Ordinal)
        || e.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction
            or PostgresErrorCodes.StatementCompletionUnknown or IdleInTransaction
        || IsRace(e);

    // A migration has changed what a prepared statement answers; Npgsql prepares it once more at the next attempt.
    private static bool IsStalePlan(PostgresException e) =>
        e.SqlState == PostgresErrorCodes.FeatureNotSupported && e.MessageText.StartsWith("cached plan", StringComparison.Ordinal);

    private static bool Is(RedisServerException e) =>
        e.Kind is RedisErrorKind.ConnectionFault or RedisErrorKind.Timeout or RedisErrorKind.MaxClients
        || RefusalsOfRedis.Contains(FirstWord(e.Message))
        || e.Message.StartsWith("ERR max number of clients", StringComparison.Ordinal)
        // NOPERM, as a script says it.
        || e.Message.StartsWith("ERR The user executing the script can't", StringComparison.Ordinal);

    private static string FirstWord(string message) => message.Split([' ', '\r', '\n'], 2)[0].TrimStart('-');
}
