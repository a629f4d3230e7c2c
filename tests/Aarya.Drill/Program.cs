using System.Globalization;
using Aarya.Drill;

if (args is ["mail", var port, var file])
{
    await MailCatcher.ServeAsync(int.Parse(port, CultureInfo.InvariantCulture), file);
    return 0;
}

try
{
    await using var shop = new Shop(Surroundings.FromEnvironment(), args.Contains("--split"));
    return await new Drill(shop, DrillOptions.From(args)).RunAsync() ? 0 : 1;
}
catch (InvalidOperationException e)
{
    await Console.Error.WriteLineAsync($"drill: {e.Message}");
    return 1;
}
