using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Specs.Privacy;

/// <summary>A shop that dies during an erasure continues it afterwards.</summary>
public sealed class ErasureCrashSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private const string Erased = "erased";
    private const string Held = "round 1, waiting for streams";
    private const string Stream = "user_events";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private static readonly string Keys = $"only:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";

    [Fact]
    public async Task a_shop_that_is_killed_at_every_step_of_an_erasure_ends_it_with_nothing_left()
    {
        var running = await shop.StartAsync(Keys);
        try
        {
            using var client = shop.Client();
            var customer = new Customer(client);
            await customer.VisitAsync();
            await customer.RegisterAsync();
            await customer.LogInAsync();
            await customer.FillAccountAsync();
            await customer.CancelAsync(await customer.BuyAsync());
            await customer.MoveAsync();
            // The effects of these requests are still under way when the account is erased.
            await customer.SendAsync(HttpMethod.Get, "/api/users/me/export");
            await customer.SendAsync(HttpMethod.Post, "/api/auth/password/forgot", new { email = customer.Email });
            using var accepted = await customer.TrySendAsync(HttpMethod.Delete, "/api/users/me", new { password = Customer.Password });
            Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
            await shop.HoldStreamAsync(Stream);

            var killedAt = new List<string>();
            var watch = Stopwatch.StartNew();
            while (await StepAsync() is var step and not Erased)
            {
                Assert.True(watch.Elapsed < Patience, $"still at '{step}' after {string.Join(", ", killedAt)}: {running.Output}");
                if (killedAt.Contains(step))
                {
                    await Task.Delay(20, TestContext.Current.CancellationToken);
                    continue;
                }

                killedAt.Add(step);
                await running.KillAsync();
                running = await shop.StartAgainAsync(Keys);
                if (step == Held) await shop.ReleaseStreamAsync(Stream);
            }

            TestContext.Current.SendDiagnosticMessage("killed at: {0}", string.Join(", ", killedAt));
            // The first of these steps is held, the second lasts for many seconds; the steps between them may be over before they are seen.
            Assert.Contains(Held, killedAt);
            Assert.Contains("round 1, waiting for stragglers", killedAt);

            string[] words = [.. customer.Words.Where(x => x != "Kakkanad")];
            var kept = await shop.KeptAsync();
            Assert.Empty(kept.PlacesOf(words));
            Assert.Empty(kept.Opened(new(EncryptionKeys.Parse(Keys))).PlacesOf(words));
            await running.StopAsync();
        }
        finally
        {
            await running.DisposeAsync();
        }
    }

    /// <summary>The current step of the only erasure.</summary>
    private async Task<string> StepAsync() => (string)(await shop.AskAsync(
        """
        select case when data ->> 'userId' is null then 'erased' else
          concat('round ', data ->> 'round', ', waiting for ', case
            when data ->> 'round' = '0' then 'sessions'
            when exists (select from core.wolverine_incoming_envelopes
              where status = 'Scheduled' and message_type like '%BeginRound') then 'stragglers'
            else coalesce((select string_agg(x, ' and ') from jsonb_array_elements_text(data -> 'waiting') x), 'streams') end) end
        from core.mt_doc_erasure
        """))!;
}
