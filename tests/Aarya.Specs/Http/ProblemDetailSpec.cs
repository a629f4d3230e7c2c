using System.Reflection;
using System.Text.Json;
using Aarya.Infrastructure.Http;
using Aarya.Specs.Architecture;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Aarya.Specs.Http;

/// <summary>Every problem has a detail that a person can act on, whatever wrote it.</summary>
public sealed class ProblemDetailSpec
{
    [Fact]
    public async Task a_refusal_of_any_status_has_a_detail()
    {
        for (var status = 400; status < 600; status++)
        {
            var written = await WrittenAsync(new() { Status = status });
            Assert.False(string.IsNullOrWhiteSpace(written.GetProperty("detail").GetString()), $"{status}");
            Assert.EndsWith(".", written.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.False(string.IsNullOrWhiteSpace(written.GetProperty("code").GetString()), $"{status}");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public async Task a_problem_with_a_code_and_without_words_gets_those_of_its_status(string? detail)
    {
        var written = await WrittenAsync(new() { Status = 409, Detail = detail, Extensions = { ["code"] = "cart.changed" } });
        Assert.Equal("cart.changed", written.GetProperty("code").GetString());
        Assert.StartsWith("The current state does not allow this", written.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_a_slice_says_is_kept()
    {
        var written = await WrittenAsync(Problem.Conflict("cart.empty", "Nothing to order", "Put something into the cart first."));
        Assert.Equal("Put something into the cart first.", written.GetProperty("detail").GetString());
    }

    [Fact]
    public void an_invalid_request_names_its_faults_in_the_detail()
    {
        Assert.Equal("quantity must be from 1 to 10.", Problem.Invalid("quantity", "must be from 1 to 10.").Detail);
        var all = Problem.Invalid(new Dictionary<string, string[]>
        {
            ["name"] = ["must not be empty.", "must be a text."],
            ["email"] = ["must be an e-mail address."],
            ["phone"] = ["must be a number."],
            ["city"] = ["must not be empty."],
        });
        Assert.Equal(
            "name must not be empty. name must be a text. email must be an e-mail address. 2 more: see errors.", all.Detail);
    }

    [Fact]
    public void a_problem_with_a_code_is_made_in_one_place_which_requires_a_detail()
    {
        using var features = new CompiledFeatures();
        using var infrastructure = new CompiledFeatures(typeof(Problem).Assembly);
        var makers = features.Types.Concat(infrastructure.Types).SelectMany(x => x.Methods).Where(x => x.HasBody && Makes(x))
            .Select(x => Outermost(x.DeclaringType).Name).ToHashSet();

        // Problems and NilIds name only a status; the writer has the words of every status.
        Assert.Contains(nameof(Problem), makers);
        Assert.Empty(makers.Except([nameof(Problem), nameof(Problems), nameof(NilIds)]));
        var detail = typeof(Problem).GetMethod(nameof(Problem.Of))!.GetParameters().Single(x => x.Name == "detail");
        Assert.Equal(NullabilityState.NotNull, new NullabilityInfoContext().Create(detail).WriteState);
    }

    private static bool Makes(MethodDefinition method) => method.Body.Instructions.Any(x => x.OpCode == OpCodes.Newobj
        && x.Operand is MethodReference made && made.DeclaringType.FullName == typeof(ProblemDetails).FullName);

    private static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } around ? Outermost(around) : type;

    private static async Task<JsonElement> WrittenAsync(ProblemDetails problem)
    {
        var options = new Microsoft.AspNetCore.Http.Json.JsonOptions();
        var http = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        await new ProblemWriter(Options.Create(options)).WriteAsync(new() { HttpContext = http, ProblemDetails = problem });
        http.Response.Body.Position = 0;
        return (await JsonDocument.ParseAsync(http.Response.Body)).RootElement;
    }
}
