namespace Aarya.Sandbox.Api;

/// <summary>State that changes while the provider runs and is not kept in its journal.</summary>
internal sealed class SandboxState(SandboxOptions options)
{
    public SandboxBehaviour Behaviour { get; set; } = options.Behaviour;

    /// <summary>Set once the provider listens.</summary>
    public string PublicUrl { get; set; } = options.PublicUrl ?? "";
}
