using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wolverine;
using Wolverine.Http;

namespace Aarya.Specs.Time;

public sealed record ReadTime(string Why);

public sealed record TimeRead(DateTimeOffset At);

public static class TimeEndpoints
{
    [WolverineGet("/specs/time")]
    public static TimeRead Get(DateTimeOffset now) => new(now);

    [WolverinePost("/specs/time")]
    public static TimeRead Post(ReadTime command, DateTimeOffset now) => new(now);
}

public static class ReadTimeHandler
{
    public static TimeRead Handle(ReadTime command, DateTimeOffset now) => new(now);
}

public sealed class HostTimeSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly FakeTimeProvider held = new(DateTimeOffset.UtcNow + TimeSpan.FromDays(1000));

    [Fact]
    public async Task endpoints_and_handlers_get_the_time_of_the_host_and_never_that_of_a_caller()
    {
        await using var node = await Fixture.AnotherNodeAsync(x =>
            x.ConfigureServices(services => services.AddSingleton<TimeProvider>(held)));
        for (var i = 0; i < 2; i++)
        {
            var get = await node.Scenario(x => x.Get.Url("/specs/time?now=2001-01-01T00:00:00Z"));
            Assert.Equal(held.GetUtcNow(), get.ReadAsJson<TimeRead>()!.At);
            var post = await node.Scenario(x =>
                x.Post.Json(new ReadTime("spec")).ToUrl("/specs/time").QueryString("now", "2001-01-01T00:00:00Z"));
            Assert.Equal(held.GetUtcNow(), post.ReadAsJson<TimeRead>()!.At);
            await using var scope = node.Services.CreateAsyncScope();
            var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
            Assert.Equal(held.GetUtcNow(), (await bus.InvokeAsync<TimeRead>(new ReadTime("spec"))).At);
            held.Advance(TimeSpan.FromDays(1));
        }
    }
}
