using Aarya.Features;
using Aarya.Infrastructure.Hosting;

return await AaryaHost.RunAsync(args, Modules.All);
