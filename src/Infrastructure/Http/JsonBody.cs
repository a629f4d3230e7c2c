using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using JasperFx.Core.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Wolverine.Http;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Aarya.Infrastructure.Http;

/// <summary>Reads the JSON body of every endpoint that takes one, before anything else happens.</summary>
public static class JsonBody
{
    /// <summary>The most bytes of a JSON body.</summary>
    public const int Limit = 1024 * 1024;

    /// <summary>Reads the body and checks it against the request's shape; false when it was refused and the answer is written.</summary>
    public static async ValueTask<bool> CheckAsync<T>(HttpContext http)
    {
        var request = http.Request;
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        if (request.Headers.ContentEncoding.Count > 0)
            return await RefuseMediaTypeAsync(http, "Send the body uncompressed.");
        if (await http.ReadAllAsync(Limit) is not { } body)
        {
            await Problems.WriteAsync(http, TooLarge());
            return false;
        }

        if (body.Length > 0 && TypeFault(request.Headers.ContentType) is { } fault)
            return await RefuseMediaTypeAsync(http, fault);
        // Media types are case-insensitive (RFC 9110, section 8.3.1), but the code that reads the body next is case-sensitive.
        if (body.Length > 0) request.ContentType = "application/json";
        if (body.Length == 0 && JsonShape.Of(typeof(T), options).MayBeAbsent)
        {
            request.Body = new MemoryStream("{}"u8.ToArray(), writable: false);
            return true;
        }

        if (JsonFaults.Of(body, typeof(T), options) is not { } faults) return true;
        await Problems.WriteAsync(http, Problem.Invalid(faults));
        return false;
    }

    // A page of another site can make a browser send text without a preflight, but not JSON.
    private static string? TypeFault(StringValues sent)
    {
        if (sent.Count != 1 || !MediaTypeHeaderValue.TryParse(sent[0], out var type) || !IsJson(type))
            return "Send one Content-Type: application/json.";
        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        return charset.HasValue && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? "JSON must be UTF-8." : null;
    }

    private static bool IsJson(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || (type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
            && type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    public static ProblemDetails TooLarge() =>
        Problem.Of(StatusCodes.Status413PayloadTooLarge, "request.too_large", "The request is too large", "The limit of a body is 1 MB.");

    private static async Task<bool> RefuseMediaTypeAsync(HttpContext http, string detail)
    {
        await Problems.WriteAsync(
            http, Problem.Of(StatusCodes.Status415UnsupportedMediaType, "request.media_type", "The media type is not supported", detail));
        return false;
    }
}

/// <summary>Runs <see cref="JsonBody"/> before everything else in an endpoint with a body.</summary>
public sealed class JsonBodyPolicy : IHttpPolicy
{
    public void Apply(IReadOnlyList<HttpChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains.Where(x => x is { HasRequestType: true, IsFormData: false }))
        {
            // A frame that takes the request, such as its validator, makes the read happen before itself.
            var first =
                chain.Middleware.FindIndex(x => x.Creates.Any(y => y.VariableType == chain.RequestType) || Takes(x, chain.RequestType!));
            if (first >= 0) chain.Middleware.Insert(first, new CheckFrame(chain.RequestType!));
        }
    }

    private static bool Takes(Frame frame, Type request) =>
        frame is MethodCall call && call.Method.GetParameters().Any(x => x.ParameterType == request);

    /// <summary>True for the frame after which the body is in memory.</summary>
    public static bool Checks(Frame frame) => frame is CheckFrame;

    private sealed class CheckFrame(Type request) : AsyncFrame
    {
        private Variable http = null!;

        public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
        {
            yield return http = chain.FindVariable(typeof(HttpContext));
        }

        public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
        {
            var check = $"{typeof(JsonBody).FullNameInCode()}.{nameof(JsonBody.CheckAsync)}<{request.FullNameInCode()}>";
            writer.Write($"if (!await {check}({http.Usage}).ConfigureAwait(false)) return;");
            Next?.GenerateCode(method, writer);
        }
    }
}
