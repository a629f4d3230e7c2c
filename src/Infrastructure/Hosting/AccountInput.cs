using JasperFx;
using JasperFx.CommandLine;

namespace Aarya.Infrastructure.Hosting;

/// <summary>The words of a command about one account, such as <c>admin create EMAIL</c>.</summary>
public sealed class AccountInput : NetCoreInput
{
    [Description("What to do: create names the first administrator and prints the link that sets the password")]
    public string Action { get; set; } = "";

    [Description("The mail address of the account")]
    public string Email { get; set; } = "";
}
