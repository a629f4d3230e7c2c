using Aarya.Features.Addresses;
using Aarya.Features.CorePlatform.Users.Passwords;
using FluentValidation;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The rules for people's names, passwords and telephone numbers.</summary>
internal static class PersonRules
{
    public const int LongestName = 100;

    public static IRuleBuilderOptions<T, string> NewPassword<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotNull().Must(x => x is null || Password.IsReadable(x)).WithMessage(Password.Unreadable)
            .Must(x => x is null || !Password.IsReadable(x) || Password.Length(x) is >= Password.Shortest and <= Password.Longest)
            .WithMessage($"must have {Password.Shortest} to {Password.Longest} characters.");

    /// <summary>A password that is only checked: the rules for new passwords do not apply.</summary>
    public static IRuleBuilderOptions<T, string> OwnPassword<T>(this IRuleBuilder<T, string> rule) =>
        rule.NotEmpty().Must(x => x is null || Password.CouldBe(x)).WithMessage($"must have at most {Password.Longest} characters.");

    public static void NameOfAPerson<T>(this IRuleBuilder<T, string> rule) => rule.TextOfAPerson(LongestName).WithoutCardNumber();

    /// <summary>A telephone number; empty when the person gives none.</summary>
    public static IRuleBuilderOptions<T, string> PhoneOfAPerson<T>(this IRuleBuilder<T, string> rule) =>
        rule.Must(x => x.Length == 0 || PhoneNumber.IsDialled(x)).WithMessage(PhoneNumber.Expected)
            .Must(x => !CardNumber.IsDialled(x)).WithMessage(CardNumber.RefusedAsPhone);
}
