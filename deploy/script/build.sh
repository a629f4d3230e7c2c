# shellcheck shell=bash disable=SC2034 # other parts read these variables
# The Release build: a first build of the same sources writes the handlers' code, which is then compiled in.

# Hashes the content of everything that the build depends on: a checkout that changes only times needs no build.
fingerprint() {
    find src protos Directory.Build.props Directory.Packages.props .editorconfig -type f \
        -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/Internal/Generated/*' -print0 |
        sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12
}

release_is_current() { [[ $(readlink artifacts/api) == "builds/$(fingerprint)/api" ]]; }

# build_step: prints what build_release will do, and how long that takes when it takes long
build_step() {
    if release_is_current; then
        printf 'comparing with the last build'
    elif [[ ! -e artifacts/api && ! -e src/Aarya.Api/bin/Release ]]; then
        printf 'first build: takes 3 to 10 minutes'
    else
        printf 'building what changed: takes a minute or more'
    fi
}

# Every build has its own folder, so that a running program keeps its files; artifacts/api links to the newest.
build_release() {
    local build
    if release_is_current; then
        did="nothing changed"
        return
    fi
    build=artifacts/builds/$(fingerprint)
    mkdir -p artifacts/builds
    need_space "$ROOT" 1024
    rm -rf src/Aarya.Api/Internal/Generated "$build"
    # The program itself writes the handlers' code; to compile it in, only the last project is built again, because both builds are for
    # the same platform. The analyzers run in the build of the specs. One project at a time: otherwise two projects build the sandbox
    # simultaneously and write the same files.
    local platform=(-p:RunAnalyzers=false -p:RuntimeIdentifier="$(runtime_identifier)" -p:SelfContained=false)
    quietly build-codegen dotnet build src/Aarya.Api -m:1 -c Release --nologo -v q "${platform[@]}"
    quietly codegen env AARYA_CODEGEN_OUT="$ROOT/src/Aarya.Api/Internal/Generated" ASPNETCORE_ENVIRONMENT=Development \
        DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1 \
        dotnet "src/Aarya.Api/bin/Release/net10.0/$(runtime_identifier)/Aarya.Api.dll" codegen write
    # Compiled to machine code as well: a process that starts again must serve immediately, without compiling its code first.
    quietly build-release dotnet publish src/Aarya.Api -m:1 -c Release -o "$build/api" --nologo -v q "${platform[@]}" \
        -p:PublishReadyToRun=true
    quietly build-sandbox dotnet publish src/Aarya.Sandbox -c Release -o "$build/sandbox" --nologo -v q -p:RunAnalyzers=false
    ln -sfn "${build#artifacts/}/sandbox" artifacts/sandbox
    ln -sfn "${build#artifacts/}/api" artifacts/api
    forget_old_builds "$build"
    did="Release, handlers compiled ahead"
}

# runtime_identifier: prints .NET's name for this machine's platform; the lock files have the packages of these two
runtime_identifier() {
    case $(uname -m) in
        x86_64) echo linux-x64 ;;
        aarch64) echo linux-arm64 ;;
        *) fail "the program runs on x86-64 and arm64, not on $(uname -m)." ;;
    esac
}

# forget_old_builds <newest>: deletes all builds but the newest and those that still run
forget_old_builds() {
    local old
    for old in artifacts/builds/*; do
        if [[ $old != "$1" ]] && ! grep -qsF "$old/" /proc/[0-9]*/cmdline; then rm -rf "$old"; fi
    done
}
