using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Streams.Billing;
using Aarya.Specs.Streams.Letters;
using Aarya.Specs.Streams.Orders;

// The program with three small contexts of its own, so that specs can crash it at any step.
return await AaryaHost.RunAsync(args, [new OrdersModule(), new BillingModule(), new LettersModule()]);
