using System.Globalization;

namespace Aarya.Drill;

/// <summary>What the script hands over: where the program is, how the servers are started, and what this shop keeps.</summary>
/// <param name="Program">Aarya.Api.dll of the Release build.</param>
/// <param name="Sandbox">Aarya.Sandbox.dll of the same build.</param>
/// <param name="State">The folder that belongs to this shop alone.</param>
/// <param name="Postgres">The shell command that becomes PostgreSQL.</param>
/// <param name="Redis">The shell command that becomes Redis.</param>
/// <param name="RedisPassword">The password of the user of Redis who may do everything.</param>
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
            ?? throw new InvalidOperationException($"{name} is not set: run the drill by ./aarya drill.");

        static int Port(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);
    }
}
