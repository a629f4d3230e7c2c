using System.Globalization;
using Aarya.Infrastructure.Redis;
using JasperFx;
using JasperFx.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Content.Compaction;

/// <summary>The arguments of <c>compact</c>.</summary>
public sealed class CompactInput : NetCoreInput
{
    [Description("Compact once, which is all that the command does; for scripts that say so")]
    public bool OnceFlag { get; set; }

    [Description("Only this stream")]
    public string StreamFlag { get; set; } = "";
}

[Description("Archive, count and delete old entries of the streams now; the shop may run meanwhile", Name = "compact")]
public sealed class CompactCommand : JasperFxAsyncCommand<CompactInput>
{
    public override async Task<bool> Execute(CompactInput input)
    {
        using var host = input.BuildHost();
        if (host.Services.GetService<Compactor>() is not { } compactor)
        {
            await Console.Error.WriteLineAsync("aarya: this process does not host content: AARYA_ROLES must name it.");
            return false;
        }

        var policies = compactor.Policies.Where(x => input.StreamFlag.Length == 0 || x.Name == input.StreamFlag).ToList();
        if (policies.Count == 0)
        {
            var names = string.Join(", ", compactor.Policies.Select(x => x.Name).Distinct());
            await Console.Error.WriteLineAsync($"aarya: there is no stream {input.StreamFlag}: the streams are {names}.");
            return false;
        }

        await BucketRecord.CheckAsync(host.Services.GetRequiredService<RedisConnections>());
        await compactor.PrepareAsync(CancellationToken.None);
        Console.WriteLine("stream            archived    counted    deleted       left  oldest                needed by");
        foreach (var policy in policies)
        {
            var done = await compactor.CompactAsync(policy, waits: false, () => Task.FromResult(true), CancellationToken.None);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{done.Stream,-16} {done.Archived,9} {done.Counted,10} {done.Deleted,10} {done.Length,10}  {done.OldestAt,-20:u}  ")
                + done.HeldBy);
        }

        return true;
    }
}
