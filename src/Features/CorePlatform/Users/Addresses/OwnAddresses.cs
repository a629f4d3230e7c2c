using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Addresses;

internal static class OwnAddresses
{
    /// <summary>The caller's book; an empty one before the first address.</summary>
    public static async Task<AddressBook> AddressesOfAsync(this IQuerySession documents, Caller caller, CancellationToken cancellation) =>
        await documents.LoadAsync<AddressBook>(caller.Subject, cancellation) ?? new() { Id = caller.Subject };

    /// <summary>The caller's book, if this address is in it.</summary>
    public static async Task<(AddressBook?, ProblemDetails)> AddressesWithAsync(this IQuerySession documents, Guid id, Caller caller,
        CancellationToken cancellation) =>
        await documents.AddressesOfAsync(caller, cancellation) is var book && book.Find(id) is not null
            ? (book, WolverineContinue.NoProblems)
            : (null, Problem.NotFound("address"));
}
