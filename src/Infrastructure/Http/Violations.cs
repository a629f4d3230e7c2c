using JasperFx;
using Marten.Exceptions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Infrastructure.Http;

/// <summary>The answer to a client whose request violates a constraint of the database.</summary>
/// <param name="Constraint">With its schema: <c>commerce.mt_doc_product_idx_slug</c>.</param>
/// <param name="Problem">Makes the refusal.</param>
public sealed record ConstraintMeaning(string Constraint, Func<ProblemDetails> Problem);

/// <summary>
/// The one place where the violation of a constraint becomes an answer, whatever wraps the exception. A slice checks before it stores,
/// and answers in its own words; this is for requests that another one overtook between the check and the commit.
/// </summary>
public sealed partial class Violations(IEnumerable<ConstraintMeaning> meanings, ILogger<Violations> log)
{
    private static readonly string[] Kinds =
    [
        PostgresErrorCodes.UniqueViolation, PostgresErrorCodes.ExclusionViolation, PostgresErrorCodes.ForeignKeyViolation,
        PostgresErrorCodes.CheckViolation, PostgresErrorCodes.NotNullViolation,
    ];

    private readonly Dictionary<string, Func<ProblemDetails>> known =
        meanings.ToDictionary(x => x.Constraint, x => x.Problem, StringComparer.Ordinal);

    /// <summary>Every constraint that has a meaning of its own.</summary>
    public IReadOnlyCollection<string> Known => known.Keys;

    /// <summary>
    /// The refusal, or null when no constraint caused the failure. A duplicate (unique, exclusion) or a reference that was deleted
    /// meanwhile (foreign key) is a 409 for any constraint; a broken check or a missing value is a defect, unless the constraint has a
    /// meaning.
    /// </summary>
    public ProblemDetails? ProblemOf(Exception failure)
    {
        if (failure is ConcurrencyException lost) return ConflictProblem.OnException(lost);
        if (Find(failure) is not { } violation) return IsKnownToMarten(failure) ? AlreadyExists() : null;
        var constraint = $"{violation.SchemaName}.{violation.ConstraintName}";
        if (known.TryGetValue(constraint, out var meaning)) return meaning();
        if (violation.SqlState is PostgresErrorCodes.CheckViolation or PostgresErrorCodes.NotNullViolation) return null;
        LogUnknown(log, constraint, violation.SqlState);
        return violation.SqlState == PostgresErrorCodes.ForeignKeyViolation
            ? Problem.Conflict("conflict.changed_meanwhile", "Changed by someone else",
                "What this belongs to changed at the same time: reload it and try again.")
            : AlreadyExists();
    }

    private static ProblemDetails AlreadyExists() => Problem.Conflict("conflict.already_exists", "It exists already",
        "Another request stored the same at the same time: reload it and try again.");

    // For duplicate keys of its own tables Marten throws its own exceptions, without PostgreSQL's.
    private static bool IsKnownToMarten(Exception? failure) =>
        failure is DocumentAlreadyExistsException or ExistingStreamIdCollisionException
        || (failure is not null && IsKnownToMarten(failure.InnerException));

    // Marten wraps PostgreSQL's exception once or twice.
    private static PostgresException? Find(Exception? failure) => failure switch
    {
        null => null,
        PostgresException refused when Kinds.Contains(refused.SqlState) => refused,
        AggregateException several => several.InnerExceptions.Select(Find).FirstOrDefault(x => x is not null),
        _ => Find(failure.InnerException),
    };

    [LoggerMessage(LogLevel.Warning, "The constraint {Constraint} refused a request ({SqlState}); no slice declares an answer for it")]
    private static partial void LogUnknown(ILogger logger, string constraint, string sqlState);
}

public static class ViolationsSetup
{
    /// <summary>Declares the answer to a client whose request breaks this constraint.</summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="schema">The schema of the context.</param>
    /// <param name="constraint">The name of the constraint; a unique index counts as one.</param>
    /// <param name="problem">Makes the refusal, with a code that a slice declares.</param>
    public static void AddConstraint(this IServiceCollection services, string schema, string constraint, Func<ProblemDetails> problem) =>
        services.AddSingleton(new ConstraintMeaning($"{schema}.{constraint}", problem));
}
