using System.Security.Cryptography;

namespace Aarya.Sandbox.Truth;

/// <summary>Why the provider refuses a request.</summary>
internal sealed record Refusal(int Status, string Code, string Message);

/// <summary>The amounts charged and refunded under one reference, or under all.</summary>
internal sealed record Totals(int Charges, int CapturedCharges, long Captured, long Refunded);

/// <summary>What a webhook reports to the shop.</summary>
internal sealed record Notice(string EventId, string Type, DateTimeOffset At, Charge Charge, Refund? Refund);

/// <summary>The provider's charges and refunds: decided under one lock, answered once the journal contains the decision.</summary>
internal sealed class Books : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly Journal journal;
    private readonly TimeProvider clock;
    private readonly Dictionary<string, Charge> charges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Fingerprint, string ChargeId)> chargeByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> chargesByReference = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Refund> refundByReference = new(StringComparer.Ordinal);
    private readonly HashSet<string> dropped = new(StringComparer.Ordinal);
    private readonly HashSet<string> pending = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Notice> owed = new(StringComparer.Ordinal);
    private Task lastWrite = Task.CompletedTask;

    public Books(string folder, TimeProvider clock)
    {
        this.clock = clock;
        journal = Journal.Open(folder, out var facts);
        foreach (var fact in facts) Apply(fact);
    }

    /// <summary>Raised for each new notice with the write that it must wait for; subscribers must not block.</summary>
    public event Action<Notice, Task>? NoticeOwed;

    public IReadOnlyList<Notice> Owed
    {
        get
        {
            lock (gate) return [.. owed.Values];
        }
    }

    /// <summary>Makes a charge, or finds the one made earlier with the same key.</summary>
    /// <returns>The charge and whether this call made it, or the refusal.</returns>
    public Task<(Charge? Charge, bool Made, Refusal? Refusal)> ChargeAsync(
        string key, string reference, int attempt, long amount, string currency, TestToken token, bool capture, string fingerprint,
        TimeSpan clearsAfter) => AnswerAsync(() =>
    {
        if (chargeByKey.TryGetValue(key, out var before))
        {
            return before.Fingerprint == fingerprint
                ? (charges[before.ChargeId], false, (Refusal?)null)
                : ((Charge?)null, false, new Refusal(422, "idempotency_key_reused", "The Idempotency-Key was used for another charge."));
        }

        var now = clock.GetUtcNow();
        var charge = new Charge
        {
            Id = NewId("ch"),
            Reference = reference,
            Attempt = attempt,
            Amount = amount,
            Currency = currency,
            Capture = capture,
            CreatedAt = now,
            Card = token.Card,
            DeclineCode = token.DeclineCode,
            RefusesRefunds = token.RefusesRefunds,
            Status = token.Outcome == ChargeStatus.Captured && !capture ? ChargeStatus.Authorized : token.Outcome,
            ClearsAt = token.Outcome == ChargeStatus.Pending ? now + clearsAfter : null,
        };
        Record(new ChargeMade(key, fingerprint, charge, NewId("evt")));
        return (charge, true, null);
    });

    /// <summary>True the first time that a key is used: the request then counts as lost in transit.</summary>
    public Task<bool> DropFirstAsync(string key) => AnswerAsync(() =>
    {
        if (dropped.Contains(key) || chargeByKey.ContainsKey(key)) return false;
        Record(new RequestDropped(key));
        return true;
    });

    public Task<(Charge? Charge, Refusal? Refusal)> CaptureAsync(string id) => MoveAsync(id, charge => charge.Status switch
    {
        ChargeStatus.Captured => (charge.Status, null, null),
        ChargeStatus.Authorized => (ChargeStatus.Captured, null, null),
        _ => (charge.Status, null, Cannot("captured", charge)),
    });

    public Task<(Charge? Charge, Refusal? Refusal)> VoidAsync(string id) => MoveAsync(id, charge => charge.Status switch
    {
        ChargeStatus.Voided => (charge.Status, null, null),
        ChargeStatus.Pending or ChargeStatus.RequiresAction or ChargeStatus.Authorized => (ChargeStatus.Voided, null, null),
        _ => (charge.Status, null, Cannot("voided", charge)),
    });

    /// <summary>The shopper's answer to the second step.</summary>
    public Task<(Charge? Charge, Refusal? Refusal)> ChallengeAsync(string id, bool approved) => MoveAsync(id, charge => charge switch
    {
        { Status: not ChargeStatus.RequiresAction } => (charge.Status, null, Cannot("challenged", charge)),
        _ when !approved => (ChargeStatus.Declined, "authentication_failed", null),
        _ => (charge.Capture ? ChargeStatus.Captured : ChargeStatus.Authorized, null, null),
    });

    /// <summary>Completes every pending charge that is due.</summary>
    public Task ClearAsync() => AnswerAsync(() =>
    {
        var now = clock.GetUtcNow();
        foreach (var charge in pending.Select(x => charges[x]).Where(x => x.ClearsAt <= now).ToList())
            Record(new ChargeMoved(charge.Id, charge.Capture ? ChargeStatus.Captured : ChargeStatus.Authorized, null, NewId("evt"), now));
        return true;
    });

    /// <summary>Refunds once per reference, and never more than was captured.</summary>
    public Task<(Refund? Refund, Refusal? Refusal)> RefundAsync(string chargeId, string reference, long amount) =>
        AnswerAsync<(Refund?, Refusal?)>(() =>
        {
            if (refundByReference.TryGetValue(reference, out var before))
            {
                return before.ChargeId == chargeId && before.Amount == amount
                    ? (before, null)
                    : (null, new(422, "reference_reused", "The reference was used for another refund."));
            }

            if (!charges.TryGetValue(chargeId, out var charge)) return (null, NoSuchCharge);
            if (charge.Status != ChargeStatus.Captured)
                return (null, new(409, "charge_not_captured", "Only a captured charge can be refunded."));
            if (amount > charge.Refundable)
                return (null, new(409, "refund_exceeds_captured", $"Only {charge.Refundable} of the charge can still be refunded."));

            var refund = new Refund(NewId("re"), chargeId, reference, amount, charge.Currency,
                charge.RefusesRefunds ? RefundStatus.Failed : RefundStatus.Succeeded,
                charge.RefusesRefunds ? "refund_declined" : null, clock.GetUtcNow());
            Record(new RefundMade(refund, NewId("evt")));
            return (refund, null);
        });

    public Task<Charge?> FindChargeAsync(string id) => AnswerAsync(() => charges.GetValueOrDefault(id));

    public Task<IReadOnlyList<Charge>> ChargesOfAsync(string reference) => AnswerAsync(() => Of(reference));

    public Task<Refund?> RefundOfAsync(string reference) => AnswerAsync(() => refundByReference.GetValueOrDefault(reference));

    public Task<Totals> TotalsAsync(string? reference) => AnswerAsync(() =>
    {
        var all = reference is null ? [.. charges.Values] : Of(reference);
        return new Totals(all.Count, all.Count(x => x.Status == ChargeStatus.Captured), all.Sum(x => x.Captured), all.Sum(x => x.Refunded));
    });

    public Task DeliveredAsync(string eventId) => AnswerAsync(() =>
    {
        if (owed.ContainsKey(eventId)) Record(new WebhookDelivered(eventId));
        return true;
    });

    private static Refusal NoSuchCharge { get; } = new(404, "charge_not_found", "There is no such charge.");

    private static Refusal Cannot(string done, Charge charge) =>
        new(409, $"charge_{WireWord(charge.Status)}", $"A charge that is {WireWord(charge.Status)} cannot be {done}.");

    private IReadOnlyList<Charge> Of(string reference) =>
        chargesByReference.TryGetValue(reference, out var ids) ? [.. ids.Select(x => charges[x])] : [];

    private Task<(Charge? Charge, Refusal? Refusal)> MoveAsync(string id,
        Func<Charge, (ChargeStatus Status, string? DeclineCode, Refusal? Refusal)> decide) =>
        AnswerAsync<(Charge?, Refusal?)>(() =>
        {
            if (!charges.TryGetValue(id, out var charge)) return (null, NoSuchCharge);
            var (status, declineCode, refusal) = decide(charge);
            if (refusal is null && status != charge.Status)
                Record(new ChargeMoved(id, status, declineCode, NewId("evt"), clock.GetUtcNow()));
            return (charges[id], refusal);
        });

    // Reads wait too: an answer must not contain anything that a crash could still lose.
    private async Task<T> AnswerAsync<T>(Func<T> decide)
    {
        T answer;
        Task written;
        lock (gate)
        {
            answer = decide();
            written = lastWrite;
        }

        await written;
        return answer;
    }

    private void Record(Fact fact)
    {
        lastWrite = journal.AppendAsync(fact);
        if (Apply(fact) is { } notice) NoticeOwed?.Invoke(notice, lastWrite);
    }

    private Notice? Apply(Fact fact)
    {
        switch (fact)
        {
            case ChargeMade made:
                chargeByKey[made.Key] = (made.Fingerprint, made.Charge.Id);
                if (!chargesByReference.TryGetValue(made.Charge.Reference, out var ids))
                    chargesByReference[made.Charge.Reference] = ids = [];
                ids.Add(made.Charge.Id);
                return Owe(made.EventId, made.Charge.CreatedAt, Keep(made.Charge));
            case ChargeMoved moved:
                var charge = charges[moved.ChargeId];
                return Owe(moved.EventId, moved.At,
                    Keep(charge with
                    {
                        Status = moved.Status,
                        DeclineCode = moved.DeclineCode,
                        ClearsAt = null,
                        Version = charge.Version + 1,
                    }));
            case RefundMade { Refund: var refund } made:
                refundByReference[refund.Reference] = refund;
                var refunded = charges[refund.ChargeId];
                if (refund.Status == RefundStatus.Succeeded)
                    refunded = Keep(refunded with { Refunded = refunded.Refunded + refund.Amount, Version = refunded.Version + 1 });
                return Owe(made.EventId, refund.CreatedAt, refunded, refund);
            case RequestDropped lost:
                dropped.Add(lost.Key);
                return null;
            case WebhookDelivered delivered:
                owed.Remove(delivered.EventId);
                return null;
            default:
                throw new IOException($"The journal contains an unknown fact: {fact.GetType().Name}.");
        }
    }

    private Charge Keep(Charge charge)
    {
        if (charge.Status == ChargeStatus.Pending) pending.Add(charge.Id);
        else pending.Remove(charge.Id);
        return charges[charge.Id] = charge;
    }

    private Notice Owe(string eventId, DateTimeOffset at, Charge charge, Refund? refund = null)
    {
        var type = refund is null
            ? $"charge.{WireWord(charge.Status)}"
            : $"refund.{(refund.Status == RefundStatus.Succeeded ? "succeeded" : "failed")}";
        return owed[eventId] = new(eventId, type, at, charge, refund);
    }

    private static string WireWord(ChargeStatus status) => status switch
    {
        ChargeStatus.Pending => "pending",
        ChargeStatus.RequiresAction => "requires_action",
        ChargeStatus.Authorized => "authorized",
        ChargeStatus.Captured => "captured",
        ChargeStatus.Declined => "declined",
        _ => "voided",
    };

    private static string NewId(string kind) => $"{kind}_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    public ValueTask DisposeAsync() => journal.DisposeAsync();
}
