# shellcheck shell=bash
# Finds the specs that a change touches, for `./aarya test --changed`.

# changed_files <commit>: prints the files that differ from the commit, and those that git does not know yet
changed_files() {
    git diff --name-only "$1" --
    git ls-files --others --exclude-standard
}

# specs_of_change <commit>: prints a class filter per line for the specs that the change since the commit touches, or `all`. It takes the
# specs of the same room, those that name a type or a file that changed, and those of the architecture. What a changed class breaks in
# others only by its behaviour it cannot see: a run of all specs does.
specs_of_change() {
    local commit=$1 file
    local -a files=()
    mapfile -t files < <(changed_files "$commit" | sort -u)
    if ((${#files[@]} == 0)); then return; fi
    printf '%s.*\n' "$(class_of "$SPECS/Architecture")"
    for file in "${files[@]}"; do
        case $file in
            *.csproj | *.props | */packages.lock.json | *.proto | .editorconfig | */xunit.runner.json | src/Aarya.Api/*)
                printf 'all\n'
                return
                ;;
            "$SPECS"/*Spec.cs) if [[ -e $file ]]; then class_of "$file"; fi ;;
            "$SPECS"/*.cs) specs_naming_types_of "$commit" "$file" ;;
            tests/Aarya.Specs.Streams/*) printf '%s.*\n' "$(class_of "$SPECS/Messaging")" ;;
            src/Aarya.Sandbox/*) printf '%s.*\n' "$(class_of "$SPECS/Payment")" ;;
            src/*.cs) specs_of_room "$file" && specs_naming_types_of "$commit" "$file" ;;
            src/*) specs_of_room "$file" ;;
            aarya | deploy/script/*) printf '%s.*\n' "$(class_of "$SPECS/Script")" ;;
            *) specs_matching -lF -e "${file##*/}" ;;
        esac
    done | sort -u
}

# class_of <file or folder of the specs>: prints its full name in .NET
class_of() {
    local path=${1%.cs}
    path=${path#"$SPECS"}
    printf 'Aarya.Specs%s\n' "${path//\//.}"
}

# specs_of_room <file>: prints the specs in the folder that mirrors the file's
specs_of_room() {
    local room=${1%/*} spec
    room=$SPECS/$(sed -E 's:^src/(Features|Infrastructure)/?::' <<<"$room")
    for spec in "${room%/}"/*Spec.cs; do
        if [[ -e $spec ]]; then class_of "$spec"; fi
    done
}

# A declaration of a type: after its attributes and modifiers, its name.
readonly DECLARATION='^\s*(?:\[.*\] *)?(?:(?:public|internal|private|static|sealed|abstract|partial|readonly|file) )+'\
'(?:class|record struct|record|struct|interface|enum) \K\w+'

# specs_naming_types_of <commit> <file>: prints the specs that name a type which the file declares now or declared at the commit
specs_naming_types_of() {
    local pattern
    pattern=$({ cat -- "$2" 2>/dev/null || true; git show "$1:$2" 2>/dev/null || true; } |
        grep -oP "$DECLARATION" | sort -u | paste -sd '|' || true)
    if [[ -n $pattern ]]; then specs_matching -lwE -e "$pattern"; fi
}

# specs_matching <options of grep>: prints the specs whose text matches; one that uses a helper which matches counts, too
specs_matching() {
    local file
    while read -r file; do
        case $file in
            *Spec.cs) class_of "$file" ;;
            *) specs_using "$file" ;;
        esac
    done < <(grep -r --include='*.cs' --exclude-dir=bin --exclude-dir=obj "$@" "$SPECS" || true)
}

# specs_using <helper>: prints the specs that name the helper, which is named for its file
specs_using() {
    local helper file
    helper=$(basename "$1" .cs)
    while read -r file; do
        class_of "$file"
    done < <(grep -rlw --include='*Spec.cs' --exclude-dir=bin --exclude-dir=obj -e "${helper%Attribute}" "$SPECS" || true)
}
