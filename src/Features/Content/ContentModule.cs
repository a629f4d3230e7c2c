using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Audit;
using Aarya.Features.Content.CartReminders;
using Aarya.Features.Content.Catalogue;
using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.DeadLetters;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mailbox;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Content.Staff;
using Aarya.Features.Content.Store;
using Aarya.Features.Storefront;
using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.RealTime;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wolverine;
using Wolverine.ErrorHandling;

namespace Aarya.Features.Content;

public sealed class ContentModule : Module<IContentStore>
{
    public override string Role => Roles.Content;

    public override int Port => 8030;

    public override IReadOnlyList<PageLink> DevelopmentPages { get; } =
        [new(ReadMailboxEndpoint.Path, "Mailbox", "Every e-mail that the shop has sent, with its links")];

    public override IReadOnlyList<StreamPolicy> Streams => Features.Streams.All;

    public override IReadOnlyList<DatabaseGauge> Gauges { get; } = [.. MailGauges.All, .. SalesGauges.All];

    public override OperatorsView OperatorsView => SalesCharts.View;

    public override ContextRpc RpcOfEveryContext { get; } =
        ContextRpc.Of<DeadLetterService, Protos.Operations.DeadLetters.DeadLettersClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddShopperFeed();
        services.AddSingleton<ContextLetters>();
        services.AddSingleton<OperatorActs>();
        services.AddSingleton<EventSample>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<DailyCounts>();
        services.AddSingleton<Compactor>();
        services.AddSingleton<ArchiveErasure>();
        services.AddSingleton<StreamStretch>();
        services.AddHostedService<CompactStreams>();
        services.AddHostedService<NewsPruning>();
        services.AddSingleton<ProductNames>();
        services.AddHostedService<RememberCatalogue>();
        services.AddSingleton<AbandonedCartLookup>();
        services.AddHostedService<FindAbandonedCarts>();
        services.AddHostedService<CartReminderPruning>();
        services.AddSingleton(x => new LetterTemplates(x.GetRequiredService<ILogger<LetterTemplates>>()));
        services.AddSingleton<ShopperNews>();
        services.AddSingleton(new ShopPages(PublicAddress.FindStorefront(configuration)));
        services.AddSingleton<OrderCourse>();
        services.AddSingleton(x =>
            new UnsubscribeLinks(x.GetRequiredService<Sealer>(), () => PublicAddress.OfApi(configuration, environment)));
        services.AddHostedService(x => x.GetRequiredService<UnsubscribeLinks>());
        var options = ContentOptions.From(configuration, environment);
        services.AddSingleton(new MailReporter(options.MailWebhookSecret));
        services.AddSingleton(x => new StaffMailbox(options.StaffMail, x.GetRequiredService<LetterTemplates>()));
        if (options.MailServer is { } server)
            services.AddSingleton<IMailer>(x => ActivatorUtilities.CreateInstance<SmtpMailer>(x, server));
        else
            services.AddSingleton<IMailer, DevelopmentMailer>();
    }

    public override void MapAtEdge(IEndpointRouteBuilder endpoints) => endpoints.MapLiveHub<StorefrontHub>(StorefrontHub.Path);

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Storage.ExtendedSchemaObjects.Add(new LeaseTable(Role));
        marten.Storage.ExtendedSchemaObjects.AddRange(CompactionTables.All);
        marten.Storage.ExtendedSchemaObjects.AddRange(MailTables.All);
        marten.Storage.ExtendedSchemaObjects.AddRange(CatalogueTables.All);
        marten.Storage.ExtendedSchemaObjects.AddRange(CartReminderTables.All);
        marten.Schema.For<Notification>().Index(x => x.Subject).Index(x => x.OrderId!).Index(x => x.CreatedAt);
        marten.Schema.For<Recipient>();
        marten.Schema.For<Suppression>().UniqueIndex(x => x.EmailIndex).Index(x => x.ReportedAt);
        marten.Schema.For<EmailMessage>().Index(x => x.ToIndex).Index(x => x.Owner).Index(x => x.OrderId!).Index(x => x.CreatedAt)
            .Index(x => x.CreatedAt, x => (x.Name, x.Predicate) = ("email_unsent", MailGauges.Unsent));
    }

    public override void ConfigureWolverine(WolverineOptions wolverine)
    {
        wolverine.LocalQueueFor<SendAlert>().MaximumParallelMessages(SendAlert.AtOnce);
        wolverine.LocalQueueFor<SendCartReminder>().MaximumParallelMessages(SendAlert.AtOnce);
        // Only an edited address helps: the message becomes a dead letter at once.
        wolverine.OnException<MailUndeliverableException>().MoveToErrorQueue();
        // During an outage of the mail server the message is retried until the outage ends (Outage). When the server answers but does not
        // accept the mail, because the mailbox is busy or full, it is retried until SendEmail gives it up. A fixed number of retries would
        // be used up by the outage before.
        wolverine.OnException<MailNotSentException>().ScheduleRetryIndefinitely(
            TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30));
    }
}
