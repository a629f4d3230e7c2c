# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Runs the specs and starts the servers that they need. The last line is `N passed, N failed`.

readonly SPECS=tests/Aarya.Specs

# run_specs [filter | --changed [commit]]
run_specs() {
    local filters=()
    case ${1-} in
        '') ;;
        --changed) filter_changed "${2-HEAD}" ;;
        -*) fail "test accepts a filter or --changed, not '$1'." ;;
        *) filters=(-method "*$1*") ;;
    esac
    need_build_tools
    need_spec_tools
    local report=$STATE/logs/specs.xml
    mkdir -p "$STATE/logs"
    rm -f "$report"
    # Prints the count last, even when something ends the run early.
    set +e
    (set -e && with_servers build_and_run_specs "$report" "${filters[@]}")
    set -e
    summarise "$report"
}

build_and_run_specs() {
    local report=$1 specs=$SPECS/bin/Debug/net10.0
    shift
    step build "$(specs_step)" build_specs
    step release 'for the processes that specs start' release_for_specs $#
    if [[ -n ${SPECS_PROGRAM-} ]]; then
        put_specs_together
        specs=artifacts/$specs
    fi
    export_databases
    hide_elasticsearch
    # Processes that run for seconds gain nothing from profile-guided optimisation, nor from compiling a method again.
    export DOTNET_TieredPGO=0 DOTNET_TC_CallCounting=0
    dotnet "$specs/Aarya.Specs.dll" "$@" -noLogo -noColor -result-xml "$report"
}

# Hides the cluster from the shops that specs start. Only the spec of the contract reads it, as SPECS_ELASTICSEARCH_...
hide_elasticsearch() {
    local name
    for name in "${!ELASTICSEARCH_@}"; do
        export "SPECS_$name=${!name}"
        unset "$name"
    done
}

# search_command record: stores the answers of the cluster that ELASTICSEARCH_URL names, for the spec of the contract
search_command() {
    if [[ ${1-} != record ]]; then fail "search accepts 'record', not '${1-}'."; fi
    if [[ -z ${ELASTICSEARCH_URL-} ]]; then fail "search record needs ELASTICSEARCH_URL, the address of a live cluster."; fi
    export SPECS_RECORD=1
    run_specs ElasticsearchContract
}

specs_step() {
    printf 'building Aarya.sln'
    if [[ ! -e $SPECS/bin/Debug ]]; then printf ': the first build takes 3 to 10 minutes'; fi
}

build_specs() {
    # The whole solution, with smoke, fuzz and drill in Release, so that their commands have nothing left to build.
    quietly build-specs dotnet build Aarya.sln --nologo -v q
    did="Aarya.sln"
}

# filter_changed <commit>: sets `filters` to the specs that the change since the commit touches; to none, which means all of them, when it
# touches what all depend on
filter_changed() {
    local commit classes class
    commit=$(git rev-parse --verify --quiet "$1^{commit}") || fail "git does not know the commit '$1'."
    classes=$(set -e; specs_of_change "$commit" | sort -u) || fail "the specs of the change since $1 cannot be found."
    if [[ -z $classes ]]; then fail "nothing has changed since $1."; fi
    while read -r class; do
        if [[ $class == all ]]; then
            filters=()
            say "The change touches what all specs depend on: all of them run."
            return
        fi
        filters+=(-class "$class")
    done <<<"$classes"
    say "The change since $1 touches these specs:"
    printf '  %s\n' "${filters[@]}" | sed -n 's/^  Aarya\.Specs\./  /p'
}

# release_for_specs <number of filters>: exports SPECS_PROGRAM. The specs start the program about a hundred times: the Release build starts
# much faster, and a shop runs that build. A filtered run does not build it: it uses the Release build only when that is up to date.
release_for_specs() {
    local program=$ROOT/artifacts/api/Aarya.Api.dll
    did="out of date: the specs start the Debug build"
    if (($1 == 0)); then
        quietly release "$ROOT/aarya" release
        did="Release, for the processes that specs start"
    elif ! release_is_current; then
        return
    fi
    export SPECS_PROGRAM=$program
}

# put_specs_together: copies the specs to artifacts/tests, with the Release build's assemblies in the place of the same ones of the Debug
# build. They are machine code already, and Aarya.Api carries its handlers: a hundred shops in one run do not compile them again.
# The small program of the message specs has handlers of its own, so it keeps our Debug assemblies.
put_specs_together() {
    local folder assembly
    for folder in "$SPECS" "$SPECS.Streams"; do
        folder+=/bin/Debug/net10.0
        rm -rf "artifacts/$folder"
        mkdir -p "artifacts/$folder"
        cp -a "$folder/." "artifacts/$folder"
        for assembly in artifacts/api/*.dll; do
            if [[ $folder == *Streams* && ${assembly##*/} == Aarya.* ]]; then continue; fi
            if [[ -e artifacts/$folder/${assembly##*/} ]]; then cp --remove-destination "$assembly" "artifacts/$folder"; fi
        done
    done
}

# summarise <report>: counts one failure when the report is incomplete (the runner crashed) or no spec ran
summarise() {
    local totals passed=0 failed=0
    totals=$(grep -o -m1 '<assembly [^>]*>' "$1" 2>/dev/null || true)
    if [[ -n $totals ]] && grep -q '</assemblies>' "$1"; then
        passed=$(count passed "$totals")
        failed=$(($(count failed "$totals") + $(count errors "$totals")))
    fi
    if ((passed + failed == 0)); then failed=1; fi
    say "$passed passed, $failed failed"
    ((failed == 0))
}

count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2" | grep . || echo 0; }
