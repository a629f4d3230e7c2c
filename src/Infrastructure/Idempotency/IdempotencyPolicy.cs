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

/// <summary>Applies the <c>Idempotency-Key</c> of the request to every writing endpoint that has a Marten session.</summary>
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

            var begin = new BeginFrame(required);
            // Before anything is loaded or checked: a repeated request must not be refused because of its own effect.
            chain.Middleware.Insert(chain.Middleware.FindIndex(JsonBodyPolicy.Checks) + 1, begin);
            chain.Postprocessors.Insert(save, new RecordFrame(begin, chain));
        }
    }

    private static bool SavesSession(Frame frame) =>
        frame is MethodCall call && call.HandlerType == typeof(IDocumentSession)
            && call.Method.Name == nameof(IDocumentSession.SaveChangesAsync);

    private sealed class BeginFrame(bool required) : AsyncFrame
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
            writer.WriteComment("The Idempotency-Key is claimed in the transaction that carries the effect");
            writer.Write(
                $"var {Request!.Usage} = await {typeof(KeyedRequest).FullNameInCode()}.{nameof(KeyedRequest.BeginAsync)}({http.Usage}, "
                + $"{session.Usage}, {(required ? "true" : "false")}).ConfigureAwait(false);");
            writer.Write($"if ({Request.Usage}.{nameof(KeyedRequest.IsAnswered)}) return;");
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
