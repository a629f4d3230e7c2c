using System.Reflection;
using Aarya.Features;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Specs.Architecture;

/// <summary>An abandoned message is stored as a dead letter, where an erasure must find it.</summary>
public sealed class PersonalMessagesSpec
{
    private static readonly string[] Owners = ["UserId", "Subject", "OrderId"];

    [Fact]
    public void a_message_with_something_personal_in_it_names_whose_it_is()
    {
        var messages = typeof(Modules).Assembly.GetTypes()
            .Where(x => x.Name.EndsWith("Handler", StringComparison.Ordinal))
            .SelectMany(x => x.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(y => y.Name == "Handle"))
            .Select(x => x.GetParameters()[0].ParameterType).Distinct().ToList();
        var personal = messages.Where(IsPersonal).ToList();
        Assert.NotEmpty(personal);
        Assert.All(personal, x => Assert.True(Owners.Any(y => x.GetProperty(y)?.PropertyType == typeof(Guid)), x.FullName));
    }

    private static bool IsPersonal(Type type) => type.GetProperties().Any(x =>
        x.GetCustomAttribute<PersonalAttribute>() is not null
            || (x.PropertyType.Assembly == type.Assembly && !x.PropertyType.IsEnum && x.PropertyType != type
                && IsPersonal(x.PropertyType)));
}
