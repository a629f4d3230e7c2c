using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Streams.Billing;
using Aarya.Specs.Streams.Edge;
using Aarya.Specs.Streams.Letters;
using Aarya.Specs.Streams.Orders;

// The program with small contexts of its own: three that specs can crash at any step, and one that shows what the edge does.
return await AaryaHost.RunAsync(args, [new OrdersModule(), new BillingModule(), new LettersModule(), new EdgeModule()]);
