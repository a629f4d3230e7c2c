using System.Globalization;

namespace Aarya.Drill;

/// <summary>What the script passes: the program, the start commands of the servers, ports and the shop's own state.</summary>
/// <param name="Program">Aarya.Api.dll of the Release build.</param>
/// <param name="Sandbox">Aarya.Sandbox.dll of the same build.</param>
/// <param name="State">The shop's own state folder.</param>
/// <param name="Postgres">The shell command that starts PostgreSQL.</param>
/// <param name="Redis">The shell command that starts Redis.</param>
/// <param name="RedisPassword">The password of the Redis user with every right.</param>
internal sealed record Surroundings(
    string Program, string Sandbox, string State, string Postgres, string Redis, string DatabaseUrl, string RedisPassword,
    int Port, int PostgresPort, int RedisPort, int SandboxPort, int MailPort)
{
    public static Surroundings FromEnvironment()
    {
        return new(
            Text("DRILL_PROGRAM"), Text("DRILL_SANDBOX"), Text("DRILL_STATE"), Text("DRILL_POSTGRES"), Text("DRILL_REDIS"),
            Text("DATABASE_URL"), Text("DRILL_REDIS_PASSWORD"),
            Port("AARYA_PORT"), Port("AARYA_PG_PORT"), Port("AARYA_REDIS_PORT"), Port("AARYA_SANDBOX_PORT"), Port("DRILL_MAIL_PORT"));

        static string Text(string name) =>
            Environment.GetEnvironmentVariable(name)
            ?? throw new InvalidOperationException($"{name} is not set: run the drill with ./aarya drill.");

        static int Port(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);
    }
}
