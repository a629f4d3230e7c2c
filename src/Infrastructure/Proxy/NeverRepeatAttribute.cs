namespace Aarya.Infrastructure.Proxy;

/// <summary>
/// The proxy sends a request to this endpoint once, whatever becomes of it: what it does, such as moving money, must not happen twice, and
/// no key of the request prevents that.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class NeverRepeatAttribute : Attribute;
