using System.Reflection;
using Aarya.Features;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Proxy;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Http;
using Wolverine.Runtime.Handlers;
using Module = Aarya.Infrastructure.Hosting.Module;

namespace Aarya.Specs.Architecture;

/// <summary>Contexts share names and JSON shapes, never types; so each of them can run in a process of its own.</summary>
public sealed class ContextBoundariesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private IEnumerable<HandlerChain> Chains =>
        Host.Services.GetRequiredService<HandlerGraph>().Chains.SelectMany(x => x.ByEndpoint.Append(x)).Where(x => x.Handlers.Count > 0);

    [Fact]
    public void a_context_knows_no_type_of_another()
    {
        using var features = new CompiledFeatures();
        var trespasses = from type in features.Types
                         let own = CompiledFeatures.ContextOf(type)
                         where own is not null
                         from use in CompiledFeatures.UsesOf(type)
                         let other = CompiledFeatures.ContextOf(use.Used)
                         where other is not null && other != own
                         select $"{use.Where} uses {use.Used.FullName} of {other.Role}";
        None(trespasses);
    }

    [Fact]
    public void what_the_contexts_share_knows_no_context()
    {
        using var features = new CompiledFeatures();
        var leaks = from type in features.Types
                    where CompiledFeatures.ContextOf(type) is null && type.FullName != typeof(Modules).FullName
                    // The generated list of the commands of all contexts, and the generated readers of their arguments.
                    where !type.FullName.StartsWith("JasperFx.Generated.", StringComparison.Ordinal)
                    from use in CompiledFeatures.UsesOf(type)
                    where CompiledFeatures.ContextOf(use.Used) is not null
                    select $"{use.Where} uses {use.Used.FullName}";
        None(leaks);
    }

    [Fact]
    public void one_message_type_is_handled_in_exactly_one_context()
    {
        var handled = Chains.SelectMany(chain => chain.Handlers.Select(call => (chain.MessageType, Context: OwnerOf(call.HandlerType))))
            .Where(x => x.Context is not null)
            .GroupBy(x => x.MessageType, x => x.Context!.Role)
            .ToList();

        Assert.NotEmpty(handled);
        None(handled.Where(x => x.Distinct().Count() > 1)
            .Select(x => $"{x.Key.FullName} is handled in {string.Join(" and ", x.Distinct())}"));
        // A context handles its own message types; another context reads the event with a record of its own.
        None(handled.Where(x => OwnerOf(x.Key) is { } owner && !x.Contains(owner.Role))
            .Select(x => $"{x.Key.FullName} is handled in {x.First()}"));
    }

    [Fact]
    public void every_event_that_a_context_reads_is_its_own_record_and_fits_what_the_publisher_writes()
    {
        var events = WireEvent.Of(Modules.All);
        Assert.NotEmpty(events);
        List<string> faults = [];
        foreach (var read in events.Where(x => x.IsRead))
        {
            if (read.Record.Namespace != $"{read.Context.GetType().Namespace}.Contracts")
                faults.Add($"{read.Record.FullName} is not in its context's Contracts");
            if (!Chains.Any(x => x.MessageType == read.Record)) faults.Add($"{read.Record.FullName} has no handler");
            if (events.SingleOrDefault(x => x.Name == read.Name && !x.IsRead) is not { } published)
                faults.Add($"no context publishes {read.Name}, which {read.Context.Role} reads");
            else if (published.Stream != read.Stream)
                faults.Add($"{read.Name} is published to {published.Stream} and read from {read.Stream} by {read.Context.Role}");
            else faults.AddRange(Shape.Misfits(read.Record, published.Record, $"{read.Name} in {read.Context.Role}"));
        }

        None(faults);
    }

    [Fact]
    public void the_record_of_an_event_on_the_wire_is_a_notice_so_that_no_fact_of_an_order_has_its_name()
    {
        var events = WireEvent.Of(Modules.All);
        Assert.NotEmpty(events);
        None(events.Where(x => !x.Record.Name.EndsWith("Notice", StringComparison.Ordinal))
            .Select(x => $"Add Notice to the name of {x.Record.FullName}"));
    }

    [Fact]
    public void a_slice_takes_no_store_and_no_bus_and_saves_nothing_itself()
    {
        Type[] notForSlices = [typeof(IDocumentStore), typeof(ICommandBus)];
        var slices = Chains.SelectMany(x => x.Handlers).Select(x => x.HandlerType)
            .Concat(Modules.All.SelectMany(ContextRoutes.Of).Select(x => x.Endpoint.DeclaringType!))
            .Where(x => OwnerOf(x) is not null).Distinct().ToList();
        Assert.NotEmpty(slices);
        const BindingFlags all = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance
            | BindingFlags.DeclaredOnly;
        var takers = from slice in slices
                     from taken in slice.GetConstructors(all).Cast<MethodBase>().Concat(slice.GetMethods(all))
                         .SelectMany(x => x.GetParameters())
                     where notForSlices.Any(x => x.IsAssignableFrom(taken.ParameterType))
                     select $"{slice.FullName} takes {taken.ParameterType.Name}";
        None(takers);

        using var features = new CompiledFeatures();
        var names = slices.Select(x => x.FullName!.Replace('+', '/')).ToHashSet();
        var savers = from type in features.Types
                     where names.Any(x => type.FullName == x || type.FullName.StartsWith(x + "/", StringComparison.Ordinal))
                     from call in CompiledFeatures.CallsOf(type)
                     where call.Name.StartsWith("SaveChanges", StringComparison.Ordinal)
                     select $"{type.FullName} calls {call.Name}";
        None(savers);
    }

    [Fact]
    public void the_gateway_finds_every_route_that_the_contexts_serve()
    {
        var served = Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(x => x.Metadata.GetMetadata<HttpChain>() is { } chain && OwnerOf(chain.Method.HandlerType) is not null)
            .SelectMany(x => x.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
                .Select(method => $"{method} /{x.RoutePattern.RawText!.Trim('/')}"));
        var known = Modules.All.SelectMany(ContextRoutes.Of).Select(x => $"{x.Method} /{x.Template.Trim('/')}");
        Assert.Equal(known.Order(), served.Order());

        // The gateway has no routes for endpoints that a module maps by hand: there must be none.
        var byHand = new MappedByHand(Host.Services);
        foreach (var module in Modules.All) module.MapEndpoints(byHand);
        Assert.Empty(byHand.DataSources);
    }

    [Fact]
    public void the_program_itself_is_a_dozen_lines()
    {
        Assert.InRange(File.ReadAllLines(Repository.PathOf("src/Aarya.Api/Program.cs")).Length, 1, 12);
    }

    private static void None(IEnumerable<string> faults)
    {
        var all = faults.Distinct().ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static Module? OwnerOf(Type type) => Modules.All.FirstOrDefault(x => x.Owns(type));

    private sealed class MappedByHand(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider { get; } = services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(ServiceProvider);
    }

    /// <summary>
    /// Checks that the JSON of one record can be read as another: every required member is there, and its type fits.
    /// </summary>
    private static class Shape
    {
        private static readonly NullabilityInfoContext Nullability = new();

        public static IEnumerable<string> Misfits(Type reader, Type writer, string where)
        {
            if (reader == writer || (reader.IsEnum && writer.IsEnum) || reader == Widest(writer)) yield break;
            if (Element(reader) is { } item && Element(writer) is { } written)
            {
                foreach (var misfit in Misfits(item, written, $"{where}[]")) yield return misfit;
                yield break;
            }

            if (!IsRecord(reader) || !IsRecord(writer))
            {
                yield return $"{where} is read as {reader.Name} and written as {writer.Name}";
                yield break;
            }

            foreach (var member in reader.GetProperties().Where(x => x.CanWrite))
            {
                var source = writer.GetProperty(member.Name);
                var optional = Nullability.Create(member).WriteState == NullabilityState.Nullable;
                if (source is null && !optional) yield return $"{where}.{member.Name} is not written";
                if (source is null) continue;
                if (!optional && Nullability.Create(source).ReadState == NullabilityState.Nullable)
                    yield return $"{where}.{member.Name} may be null";
                foreach (var misfit in Misfits(Bare(member.PropertyType), Bare(source.PropertyType), $"{where}.{member.Name}"))
                    yield return misfit;
            }
        }

        // An enum is sent as a snake_case word; a reader may take it as text, so that it accepts new values.
        private static Type Widest(Type type) => type.IsEnum ? typeof(string) : type == typeof(int) ? typeof(long) : type;

        private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;

        private static Type? Element(Type type) => type == typeof(string) ? null : type.IsArray ? type.GetElementType()
            : type.GetInterfaces().Append(type)
                .FirstOrDefault(x => x.IsGenericType && x.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

        private static bool IsRecord(Type type) => type.Namespace?.StartsWith("Aarya.", StringComparison.Ordinal) == true;
    }
}
