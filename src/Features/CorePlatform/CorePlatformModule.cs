using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Backups;
using Aarya.Features.CorePlatform.Flags;
using Aarya.Features.CorePlatform.Options;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Staff;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Privacy.Erasure;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Seeding;
using Aarya.Infrastructure.Telemetry;
using Marten;
using Marten.Schema;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.CorePlatform;

public sealed class CorePlatformModule : Module<ICoreStore>
{
    /// <summary>One account per address.</summary>
    internal const string EmailIndex = "user_email_index";

    public override string Role => Roles.Core;

    public override int Port => 8001;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<CoreService, Protos.Core.Core.CoreClient>();

    public override IReadOnlyList<RatePolicy> RatePolicies { get; } =
    [
        // The shop stores each guest's session for a month.
        new("guest", 600, TimeSpan.FromHours(1), PerAddress: true),
        // Against guessing passwords and codes, and creating accounts in bulk.
        new("login", 30, TimeSpan.FromMinutes(1)),
        new("register", 20, TimeSpan.FromMinutes(1)),
        new("password", 10, TimeSpan.FromMinutes(1)),
    ];

    public override IReadOnlyList<DatabaseGauge> Gauges { get; } = [KeysInUse.Age, BackupGauges.Age, BackupGauges.ArchiveWaiting];

    public override IReadOnlyList<TrialAccount> TrialAccounts(IConfiguration configuration) => DemoAccounts.InDevelopment(configuration);

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton(_ => new CoreOptions(configuration, environment));
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<IVerificationKeys>(x => x.GetRequiredService<SigningKeys>());
        services.AddHostedService(x => x.GetRequiredService<SigningKeys>());
        services.AddHostedService<KeysInUse>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<PresentedTokens>();
        services.AddSingleton<PasswordThreads>(_ => new());
        services.AddSingleton<PasswordHasher>(x => new(x.GetRequiredService<PasswordThreads>()));
        services.AddSingleton<PasswordStrength>();
        services.AddSingleton(x =>
            new AccountKey(y => AccountKey.ReadAsync(x.GetRequiredService<ContextDatabases>(), x.GetRequiredService<Sealer>(), y)));
        services.AddHostedService(x => x.GetRequiredService<AccountKey>());
        services.AddSingleton<MailedLinks>();
        services.AddHostedService(x => x.GetRequiredService<MailedLinks>());
        services.AddSingleton<Identity>();
        services.AddSingleton<Attempts>();
        services.AddSingleton<Challenges>();
        services.AddSingleton<DeviceTokens>();
        services.AddSingleton<Reconfirmation>();
        services.AddSingleton<SignIns>();
        services.AddSingleton<IFlagSource, StoredFlags>();
        services.AddSingleton<ISeed, DemoAccounts>();
        services.AddSingleton<FirstAdmin>();
        services.AddSingleton<PersonalStreams>();
        services.AddSingleton<StreamErasure>();
    }

    public override void AddRemoteServices(IServiceCollection services)
    {
        services.AddSingleton<IJwksSource, RemoteSigningKeys>();
        services.AddSingleton<FetchedVerificationKeys>();
        services.AddSingleton<IVerificationKeys>(x => x.GetRequiredService<FetchedVerificationKeys>());
        services.AddHostedService(x => x.GetRequiredService<FetchedVerificationKeys>());
        services.AddSingleton<IFlagSource, RemoteFlags>();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Storage.ExtendedSchemaObjects.AddRange(CoreTables.All);
        marten.Schema.For<AuditEntry>().Index(x => x.ActorId).Index(x => x.TargetId);
        marten.Schema.For<Flag>();
        // The second index finds the few accounts with a staff role among all customers: Marten searches for documents that contain the
        // role.
        marten.Schema.For<User>().UniqueIndex(UniqueIndexType.Computed, EmailIndex, x => x.EmailIndex)
            .GinIndexJsonData(x => x.Name = "user_role_index");
        marten.Schema.For<AddressBook>();
        marten.Schema.For<PersonalExport>().Index(x => x.UserId).Index(x => x.TokenHash!);
        marten.Schema.For<Erasure>();
        marten.Schema.For<FormerGuest>().Index(x => x.UserId);
    }
}
