using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Aarya.Infrastructure.Grpc;

/// <summary>
/// Maps a generated service as the library does, but refuses a request whose bytes are not a message with <c>INVALID_ARGUMENT</c>: the
/// library answers <c>UNKNOWN</c>, which a caller treats as a failure of the service.
/// </summary>
/// <remarks>The contexts' contracts have unary methods only.</remarks>
internal sealed class StrictMethods<TService> : IServiceMethodProvider<TService> where TService : class
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        var contract = typeof(TService).BaseType!;
        if (contract.GetCustomAttributes(typeof(BindServiceMethodAttribute), inherit: false) is not [BindServiceMethodAttribute binding])
            throw new InvalidOperationException($"{typeof(TService)} does not extend the class that its contract generates.");
        binding.BindType.GetMethod(binding.BindMethodName, [typeof(ServiceBinderBase), contract])!
            .Invoke(null, [new Binder(context), null]);
    }

    private sealed class Binder(ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            var own = typeof(TService).GetMethod(method.Name, [typeof(TRequest), typeof(ServerCallContext)])!;
            var strict = new Method<TRequest, TResponse>(
                method.Type, method.ServiceName, method.Name, Strict(method.RequestMarshaller), method.ResponseMarshaller);
            object[] metadata = [.. typeof(TService).GetCustomAttributes(inherit: true), .. own.GetCustomAttributes(inherit: true)];
            context.AddUnaryMethod(strict, metadata, own.CreateDelegate<UnaryServerMethod<TService, TRequest, TResponse>>());
        }

        private static Marshaller<T> Strict<T>(Marshaller<T> marshaller) => new(marshaller.ContextualSerializer, message =>
        {
            try
            {
                return marshaller.ContextualDeserializer(message);
            }
            catch (InvalidProtocolBufferException)
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "The request is not a message of this method."));
            }
        });
    }
}
