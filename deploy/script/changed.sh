# shellcheck shell=bash
# Finds the specs that a change touches, for `./aarya test --changed`.

# changed_files <commit>: prints the files that differ from the commit, and the untracked ones; a moved file has both its paths
changed_files() {
    git -c core.quotePath=false diff --name-only --no-renames "$1" --
    git -c core.quotePath=false ls-files --others --exclude-standard
}

# specs_of_change <commit>: prints a class filter per line for the specs that the change since the commit touches, or `all`. It takes the
# specs of the same room, those that name a type or a file that changed, and those of the architecture. It cannot see what a changed class
# breaks in others by its behaviour; only a run of all specs shows that.
specs_of_change() {
    local commit=$1 files file
    files=$(changed_files "$commit") || return
    if [[ -z $files ]]; then return; fi
    printf '%s.*\n' "$(name_of "$SPECS/Architecture")"
    while read -r file; do
        case $file in
            *.csproj | *.props | */packages.lock.json | *.proto | */xunit.runner.json | src/Aarya.Api/*)
                printf 'all\n'
                return
                ;;
            "$SPECS"/*Spec.cs)
                specs_in "$file"
                specs_naming_types_of "$commit" "$file"
                ;;
            "$SPECS"/*.cs) specs_naming_types_of "$commit" "$file" ;;
            tests/Aarya.Specs.Streams/*) printf '%s.*\n' "$(name_of "$SPECS/Messaging")" ;;
            src/Aarya.Sandbox/*) printf '%s.*\n' "$(name_of "$SPECS/Payment")" ;;
            src/*.cs)
                specs_of_room "$file"
                specs_naming_types_of "$commit" "$file"
                ;;
            src/*)
                specs_of_room "$file"
                specs_matching -lF -e "${file##*/}"
                ;;
            aarya | deploy/script/*) printf '%s.*\n' "$(name_of "$SPECS/Script")" ;;
            *) specs_matching -lF -e "${file##*/}" ;;
        esac
    done <<<"$files"
}

# specs_in <file>: prints the filter of the specs in a file, nested classes included; nothing when the file is gone
specs_in() {
    if [[ -e $1 ]]; then printf '%s*\n' "$(name_of "$1")"; fi
}

# name_of <file or folder of the specs>: prints its full name in .NET
name_of() {
    local path=${1%.cs}
    path=${path#"$SPECS"}
    printf 'Aarya.Specs%s\n' "${path//\//.}"
}

# specs_of_room <file>: prints the specs in the folder that mirrors the file's
specs_of_room() {
    local room=${1%/*} spec
    room=$SPECS/$(sed -E 's:^src/(Features|Infrastructure)/?::' <<<"$room")
    for spec in "${room%/}"/*Spec.cs; do
        specs_in "$spec"
    done
}

# A declaration of a type: after its attributes and modifiers, its name.
readonly DECLARATION='^\s*(?:\[.*\] *)?(?:(?:public|internal|private|static|sealed|abstract|partial|readonly|file) )+'\
'(?:class|record struct|record|struct|interface|enum) \K\w+'

# The name of an extension method: its callers need not name its class.
readonly EXTENSION='\w+(?=(?:<[\w, ]+>)?\(\s*this\s)'

# specs_naming_types_of <commit> <file>: prints the specs that name a type or an extension method which the file declares now or declared
# at the commit
specs_naming_types_of() {
    local text pattern
    text=$(cat -- "$2" 2>/dev/null || true; git show "$1:$2" 2>/dev/null || true)
    pattern=$({
        grep -oP "$DECLARATION" <<<"$text" || true
        grep -ozP "$EXTENSION" <<<"$text" | tr '\0' '\n' || true
    } | sort -u | paste -sd '|')
    if [[ -n $pattern ]]; then specs_matching -lwE -e "$pattern"; fi
}

# specs_matching <options of grep>: prints the specs whose text matches; one that uses a helper which matches counts, too
specs_matching() {
    local file
    while read -r file; do
        case $file in
            *Spec.cs) specs_in "$file" ;;
            *) specs_using "$file" ;;
        esac
    done < <(grep -r --include='*.cs' --exclude-dir=bin --exclude-dir=obj "$@" "$SPECS" || true)
}

# specs_using <helper>: prints the specs that name the helper, which is named for its file
specs_using() {
    local helper file
    helper=$(basename "$1" .cs)
    while read -r file; do
        specs_in "$file"
    done < <(grep -rlw --include='*Spec.cs' --exclude-dir=bin --exclude-dir=obj -e "${helper%Attribute}" "$SPECS" || true)
}
