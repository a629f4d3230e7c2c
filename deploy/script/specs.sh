# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Runs the specs with everything that they need. The last line is `N passed, N failed`.

readonly SPECS=tests/Aarya.Specs

run_specs() {
    need_sdk
    need_spec_tools
    local report=$STATE/logs/specs.xml
    mkdir -p "$STATE/logs"
    rm -f "$report"
    # Whatever ends it early, the count is still said, and said last.
    set +e
    (set -e && with_servers build_and_run_specs "$report" "$@")
    set -e
    summarise "$report"
}

build_and_run_specs() {
    local report=$1 filter=()
    if [[ -n ${2-} ]]; then filter=(-method "*$2*"); fi
    step build build_specs
    step release release_for_specs "${2-}"
    export_databases
    # Processes that live for seconds gain nothing from being measured by their compiler.
    export DOTNET_TieredPGO=0
    dotnet "$SPECS/bin/Debug/net10.0/Aarya.Specs.dll" "${filter[@]}" -noLogo -noColor -result-xml "$report"
}

build_specs() {
    # All of it: what the specs run, and the tools that nothing else builds.
    quietly build-specs dotnet build Aarya.sln --nologo -v q
    did="Aarya.sln"
}

# release_for_specs <filter>: exports SPECS_PROGRAM. The specs start the program some hundred times: the Release build starts in a
# fraction of the time, and is what runs in a shop. A few specs do not wait for its build: they run it where it is of these sources.
release_for_specs() {
    local program=$ROOT/artifacts/api/Aarya.Api.dll
    did="not of these sources: the specs start the Debug build"
    if [[ -z $1 ]]; then
        quietly release "$ROOT/aarya" release
        did="Release, for the processes that specs start"
    elif ! release_is_current; then
        return
    fi
    export SPECS_PROGRAM=$program
}

# summarise <report>: a runner that crashed leaves no whole report, and a run of nothing proves nothing
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
