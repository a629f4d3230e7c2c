namespace Aarya.Sandbox.Api;

/// <summary>What changes while the provider runs and is not part of its truth.</summary>
internal sealed class SandboxState(SandboxOptions options)
{
    public SandboxBehaviour Behaviour { get; set; } = options.Behaviour;

    /// <summary>Known once the provider listens.</summary>
    public string PublicUrl { get; set; } = options.PublicUrl ?? "";
}
