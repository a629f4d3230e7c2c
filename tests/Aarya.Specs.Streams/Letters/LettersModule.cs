using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Marten;
using Wolverine;

namespace Aarya.Specs.Streams.Letters;

public interface ILettersStore : IDocumentStore;

/// <summary>Reads placed orders too, stores nothing, and prints each one.</summary>
public sealed class LettersModule : Module<ILettersStore>
{
    public override string Role => Roles.Content;

    public override int Port => 8030;

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) =>
        services.AddNoKeys();

    public override void ConfigureMarten(StoreOptions marten) { }

    public override void ConfigureWolverine(WolverineOptions wolverine) => wolverine.UseShortTimes();
}
