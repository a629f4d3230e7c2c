using System.Reflection;
using Aarya.Infrastructure.Tracing;
using JasperFx;
using JasperFx.CodeGeneration;
using Wolverine.Configuration;
using Wolverine.Logging;
using Wolverine.Runtime.Handlers;

namespace Aarya.Infrastructure.Messaging;

/// <summary>Names in the trace and in the log of a handler what its message is about, such as the order.</summary>
/// <param name="members">The members of messages whose values may be shown: UUIDs of things, not of persons.</param>
internal sealed class TracedIds(IReadOnlyCollection<string> members) : IHandlerPolicy
{
    public void Apply(IReadOnlyList<HandlerChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains)
        {
            foreach (var member in chain.MessageType.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (member.PropertyType == typeof(Guid) && members.Contains(member.Name))
                    chain.AuditedMembers.Add(new AuditedMember(member, member.Name, ShopTraces.IdAttributeOf(member.Name)));
            }
        }
    }
}
