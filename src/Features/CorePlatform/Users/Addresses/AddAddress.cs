using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.Addresses;

/// <summary>Adds an address to the caller's address book. The first one is the default for shipping and billing.</summary>
public static class AddAddressEndpoint
{
    public static async Task<(AddressBook?, ProblemDetails)> LoadAsync(Caller caller, IDocumentSession documents,
        CancellationToken cancellation)
    {
        // The first address creates the book, which must not be created once its owner is erased.
        if (await documents.LoadAloneAsync(caller.Subject, cancellation) is null) return (null, Problem.NotFound("user"));
        return await documents.AddressesOfAsync(caller, cancellation) is { IsFull: false } book
            ? (book, WolverineContinue.NoProblems)
            : (null,
                Problem.Conflict("address.too_many", "The address book is full",
                    $"An address book has at most {AddressBook.MostAddresses} addresses: remove one first."));
    }

    [Refuses(409, "address.too_many", "The address book is full: remove an address first.")]
    [WolverinePost("/api/users/me/addresses"), Authorize("customer")]
    public static (Created<AddressView>, IMartenOp) Post(AddressEntry command, AddressBook book, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        book.Add(id, command);
        return (TypedResults.Created($"/api/users/me/addresses/{id}", AddressView.Of(book, id)), MartenOps.Store(book));
    }
}
