namespace Aarya.Drill;

/// <summary>A member of the shop's staff, who signs in when there is no valid token.</summary>
internal sealed class Staff(Client client, string email) : IDisposable
{
    private readonly SemaphoreSlim one = new(1);
    private Session? session;

    public async Task<string> TokenAsync()
    {
        await one.WaitAsync();
        try
        {
            session ??= await SignInAsync();
            return session.Access;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>The token was refused: the next call signs in again.</summary>
    public void Forget(string token)
    {
        if (session?.Access == token) session = null;
    }

    private async Task<Session> SignInAsync()
    {
        var answer = await client.PostAsync("/api/auth/login", new { email, password = Shop.StaffPassword });
        return answer.IsGood ? new(answer.Body) : throw new SurpriseException($"the login of {email} was answered {answer}");
    }

    public void Dispose() => one.Dispose();
}
