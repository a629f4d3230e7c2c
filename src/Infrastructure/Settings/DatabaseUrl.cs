using Npgsql;

namespace Aarya.Infrastructure.Settings;

/// <summary>A setting that is the connection to a database.</summary>
public static class DatabaseUrl
{
    /// <summary>Parses both <c>postgres://user:password@host:port/name</c> and Npgsql's own key=value form.</summary>
    /// <exception cref="StartupException">The value is neither.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string name, string value)
    {
        try
        {
            if (!value.StartsWith("postgres://", StringComparison.Ordinal) && !value.StartsWith("postgresql://", StringComparison.Ordinal))
            {
                var keyed = new NpgsqlConnectionStringBuilder(value);
                return keyed.Host is not null ? Sized(keyed) : throw new FormatException("it names no Host.");
            }

            var url = new Uri(value);
            var user = url.UserInfo.Split(':', 2);
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = url.Host,
                Port = url.IsDefaultPort || url.Port < 0 ? 5432 : url.Port,
                Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
            };
            if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
            foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = pair.Split('=', 2);
                builder[Uri.UnescapeDataString(parts[0]) is "sslmode" ? "SSL Mode" : Uri.UnescapeDataString(parts[0])] =
                    Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
            }

            return Sized(builder);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or KeyNotFoundException)
        {
            throw new StartupException($"{name} cannot be understood (write postgres://user:password@host:5432/name): {e.Message}");
        }
    }

    private static NpgsqlConnectionStringBuilder Sized(NpgsqlConnectionStringBuilder builder) => builder.MinPoolSize <= builder.MaxPoolSize
        ? builder
        : throw new FormatException($"its Minimum Pool Size is {builder.MinPoolSize} and its Maximum Pool Size {builder.MaxPoolSize}.");
}
