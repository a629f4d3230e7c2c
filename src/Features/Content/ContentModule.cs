using Aarya.Features.Content.Mailbox;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;
using Wolverine.ErrorHandling;

namespace Aarya.Features.Content;

public sealed class ContentModule : Module<IContentStore>
{
    public override string Role => Roles.Content;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<ContentService, Protos.Content.Content.ContentClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        if (ContentOptions.From(configuration, environment).MailServer is { } server)
            services.AddSingleton<IMailer>(new SmtpMailer(server));
        else
            services.AddSingleton<IMailer, DevelopmentMailer>();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Schema.For<Notification>().Index(x => x.Subject).Index(x => x.OrderId!).Index(x => x.CreatedAt);
        marten.Schema.For<EmailMessage>().Index(x => x.ToIndex).Index(x => x.Owner).Index(x => x.OrderId!).Index(x => x.CreatedAt);
    }

    public override void ConfigureWolverine(WolverineOptions wolverine)
    {
        // Only an edited address helps: the message becomes a dead letter at once.
        wolverine.OnException<MailUndeliverableException>().MoveToErrorQueue();
        // During an outage of the mail server the message is retried until the outage ends (Outage). When the server answers but does not
        // accept the mail, because the mailbox is busy or full, it is retried for half a day and then becomes a dead letter.
        wolverine.OnException<MailNotSentException>().ScheduleRetry(
            TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
            TimeSpan.FromHours(10));
    }
}
