namespace Aarya.Infrastructure.Http;

/// <summary>Marks endpoints of operators and probes, which are exempt from the limits of the edge.</summary>
public sealed class ForOperators;
