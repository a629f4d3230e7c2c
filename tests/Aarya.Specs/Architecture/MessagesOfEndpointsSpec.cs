using System.Reflection;
using Aarya.Features;
using Aarya.Infrastructure.Messaging.WireEvents;
using Marten;
using Wolverine.Attributes;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Specs.Architecture;

/// <summary>
/// Several messages of one request are committed together, in the outbox of its context. Without a session or this attribute the message
/// runtime sends each of them for itself, and a crash in between loses the rest.
/// </summary>
public sealed class MessagesOfEndpointsSpec
{
    private static readonly Type[] All = typeof(Modules).Assembly.GetTypes();

    [Fact]
    public void an_endpoint_that_returns_several_messages_commits_them_in_one_transaction()
    {
        var endpoints = All.SelectMany(x => x.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance))
            .Where(x => x.GetCustomAttributes().Any(y => y is WolverineHttpMethodAttribute))
            .Where(x => ReturnsOf(x.ReturnType).Count(IsMessage) > 1).ToList();

        Assert.True(endpoints.Count > 5, $"only {endpoints.Count} endpoints return several messages");
        Assert.Empty(endpoints.Where(x => !IsInTransaction(x)).Select(x => $"{x.DeclaringType!.Name}.{x.Name} needs [Transactional]"));
    }

    private static bool IsMessage(Type type) =>
        type.GetCustomAttribute<WireEventAttribute>() is not null || type.Name == "OutgoingMessages" || Array.Exists(All, x =>
            x.Name.EndsWith("Handler", StringComparison.Ordinal)
            && x.GetMethods().Any(y => y.Name is "Handle" && y.GetParameters() is [var message, ..] && message.ParameterType == type));

    private static bool IsInTransaction(MethodInfo endpoint) =>
        endpoint.GetCustomAttribute<TransactionalAttribute>() is not null
        || endpoint.DeclaringType!.GetCustomAttribute<TransactionalAttribute>() is not null
        || endpoint.GetParameters().Any(x => x.ParameterType == typeof(IDocumentSession)
            || x.GetCustomAttributes().Any(y => y is WriteAggregateAttribute))
        || endpoint.DeclaringType!.GetMethods().Any(x => x.GetParameters().Any(y => y.ParameterType == typeof(IDocumentSession)))
        || ReturnsOf(endpoint.ReturnType).Any(x => typeof(IMartenOp).IsAssignableFrom(x));

    private static IEnumerable<Type> ReturnsOf(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() is var open && (open == typeof(Task<>) || open == typeof(ValueTask<>)))
            return ReturnsOf(type.GetGenericArguments()[0]);
        return type.FullName?.StartsWith("System.ValueTuple", StringComparison.Ordinal) == true
            ? type.GetGenericArguments().SelectMany(ReturnsOf)
            : [type];
    }
}
