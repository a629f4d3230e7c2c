using Aarya.Infrastructure.Http;
using JasperFx;
using JasperFx.CodeGeneration;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using JasperFx.Core.Reflection;
using Marten;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>
/// Applies the <c>Idempotency-Key</c> of the request to every writing endpoint that has a Marten session. The key is claimed, which opens
/// the transaction, before the endpoint loads anything; an endpoint with a <c>BeforeAsync</c> is validated and asks first.
/// </summary>
public sealed class IdempotencyPolicy : IHttpPolicy
{
    private static readonly string[] Writing = [HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    public void Apply(IReadOnlyList<HttpChain> chains, GenerationRules rules, IServiceContainer container)
    {
        foreach (var chain in chains.Where(x => x.HttpMethods.Any(Writing.Contains)))
        {
            var required = chain.HasAttribute<IdempotencyKeyRequiredAttribute>();
            if (chain.HasAttribute<AnswerIsNeverStoredAttribute>()) continue;

            var save = chain.Postprocessors.FindIndex(SavesSession);
            if (save < 0)
            {
                if (required)
                    throw new InvalidOperationException(
                        $"{chain.DisplayName} requires an Idempotency-Key but has no document session whose transaction could carry it.");
                continue;
            }

            // A repeated request is answered before anything is loaded or checked: it must not be refused because of its own effect.
            var first = chain.Middleware.FindIndex(JsonBodyPolicy.Checks) + 1;
            var asks = chain.Middleware.FindLastIndex(x => Asks(x, chain));
            BeginFrame begin = new(asks < 0 ? nameof(KeyedRequest.BeginAsync) : nameof(KeyedRequest.ReadAsync), required);
            chain.Middleware.Insert(first, begin);
            if (asks >= 0)
            {
                // After the frames that end the request when the question has no answer; those are no calls.
                var next = chain.Middleware.FindIndex(asks + 2, x => x is MethodCall);
                chain.Middleware.Insert(next < 0 ? chain.Middleware.Count : next, new ClaimFrame(begin));
            }

            chain.Postprocessors.Insert(save, new RecordFrame(begin, chain));
        }
    }

    // By convention, an endpoint's BeforeAsync asks other contexts, Redis or a slow computation; no transaction is open meanwhile.
    private static bool Asks(Frame frame, HttpChain chain) =>
        frame is MethodCall { Method.Name: "BeforeAsync" } call && call.HandlerType == chain.Method.HandlerType;

    private static bool SavesSession(Frame frame) =>
        frame is MethodCall call && call.HandlerType == typeof(IDocumentSession)
            && call.Method.Name == nameof(IDocumentSession.SaveChangesAsync);

    private sealed class BeginFrame(string step, bool required) : AsyncFrame
    {
        private Variable http = null!;
        private Variable session = null!;

        public Variable? Request { get; private set; }

        public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
        {
            Request ??= new Variable(typeof(KeyedRequest), "keyedRequest", this);
            yield return http = chain.FindVariable(typeof(HttpContext));
            yield return session = chain.FindVariable(typeof(IDocumentSession));
        }

        public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
        {
            writer.WriteComment("A request with an Idempotency-Key that was answered before is answered again");
            writer.Write(
                $"var {Request!.Usage} = await {typeof(KeyedRequest).FullNameInCode()}.{step}({http.Usage}, "
                + $"{session.Usage}, {(required ? "true" : "false")}).ConfigureAwait(false);");
            writer.Write($"if ({Request.Usage}.{nameof(KeyedRequest.IsAnswered)}) return;");
            Next?.GenerateCode(method, writer);
        }
    }

    private sealed class ClaimFrame(BeginFrame begin) : AsyncFrame
    {
        private Variable http = null!;
        private Variable session = null!;

        public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
        {
            yield return begin.Request!;
            yield return http = chain.FindVariable(typeof(HttpContext));
            yield return session = chain.FindVariable(typeof(IDocumentSession));
        }

        public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
        {
            writer.WriteComment("The Idempotency-Key is claimed in the transaction that carries the effect");
            writer.Write(
                $"{begin.Request!.Usage} = await {begin.Request.Usage}.{nameof(KeyedRequest.ClaimAsync)}({http.Usage}, {session.Usage})"
                + ".ConfigureAwait(false);");
            writer.Write($"if ({begin.Request.Usage}.{nameof(KeyedRequest.IsAnswered)}) return;");
            Next?.GenerateCode(method, writer);
        }
    }

    private sealed class RecordFrame(BeginFrame begin, HttpChain chain) : AsyncFrame
    {
        private readonly HttpChain endpoint = chain;
        private Variable http = null!;
        private Variable session = null!;

        public override IEnumerable<Variable> FindVariables(IMethodVariables chain)
        {
            yield return begin.Request!;
            yield return http = chain.FindVariable(typeof(HttpContext));
            yield return session = chain.FindVariable(typeof(IDocumentSession));
            if (endpoint.HasResourceType()) yield return Resource;
        }

        private Variable Resource => endpoint.ResourceVariable ?? endpoint.Method.Creates.First();

        public override void GenerateCode(GeneratedMethod method, ISourceWriter writer)
        {
            writer.WriteComment("The answer is stored in the transaction that carries the effect");
            writer.Write(endpoint.HasResourceType()
                ? $"await {begin.Request!.Usage}.{nameof(KeyedRequest.RecordAsync)}({http.Usage}, {session.Usage}, {Resource.Usage})"
                    + ".ConfigureAwait(false);"
                : $"{begin.Request!.Usage}.{nameof(KeyedRequest.RecordEmpty)}({http.Usage}, {session.Usage});");
            Next?.GenerateCode(method, writer);
        }
    }
}
