# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Shared by the other parts: output, time, ports, disk space, secrets, and the processes that this clone started.

STATE=$(realpath -m -- "${AARYA_HOME:-$ROOT/.aarya}")
PORT=${AARYA_PORT:-8080}
PG_PORT=${AARYA_PG_PORT:-15432}
REDIS_PORT=${AARYA_REDIS_PORT:-16379}
SANDBOX_PORT=${AARYA_SANDBOX_PORT:-18999}
METRICS_PORT=${AARYA_METRICS_PORT:-9464}
PROMETHEUS_PORT=${AARYA_PROMETHEUS_PORT:-9090}
ALERTMANAGER_PORT=${AARYA_ALERTMANAGER_PORT:-9093}
# Two clones on one machine never share a folder, a container or a socket.
CLONE=$(printf '%s' "$STATE" | sha256sum | cut -c1-8)

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-${HOME:-$STATE}}

say() { printf '%s\n' "$*"; }

fail() {
    end_open_line
    printf 'aarya: %s\n' "$*" >&2
    exit 1
}

# ---- steps ----------------------------------------------------------------------------------------------------------

# seconds_since <moment>: the moment is a value of EPOCHREALTIME
seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }'; }

# step <name> <what it does> <function> [arguments]: says what starts, runs it, then says what it did (the function sets `did`) and how
# long it took. On a terminal the end replaces the start; elsewhere, in a log for example, each has a line of its own.
step() {
    local name=$1 began=$EPOCHREALTIME
    printf '  %-10s %s ...' "$name" "$2"
    if on_terminal; then line_is_open=true; else printf '\n'; fi
    shift 2
    did='done'
    "$@"
    if $line_is_open; then printf '\r\033[K'; fi
    line_is_open=false
    printf '  %-10s %-60s %5s s\n' "$name" "$did" "$(seconds_since "$began")"
}

on_terminal() { [[ -t 1 && ${TERM:-dumb} != dumb ]]; }

line_is_open=false

# An error message begins on a line of its own.
end_open_line() {
    if $line_is_open; then printf '\n' >&2; fi
    line_is_open=false
}

# quietly <name> <command>: output goes to a log; on failure, prints the first errors and the path of the log.
quietly() {
    local log=$STATE/logs/$1.log
    shift
    mkdir -p "${log%/*}"
    if "$@" >"$log" 2>&1; then return; fi
    end_open_line
    grep -E '(error|Error|aarya:)' "$log" | awk '!seen[$0]++' | head -n 5 >&2 || true
    fail "'$*' failed; its output is in $log"
}

# under_lock <command> [arguments]: one command at a time per clone; runs the script again under a lock that its children do not inherit
under_lock() {
    if [[ -z ${AARYA_LOCKED-} ]]; then AARYA_LOCKED=1 run_locked lock "$@"; fi
}

# under_verify_lock <command> [arguments]: the same for verifications of backups, which take long and disturb no other command
under_verify_lock() {
    if [[ -z ${AARYA_LOCKED-}${AARYA_VERIFIES-} ]]; then AARYA_VERIFIES=1 run_locked verify.lock "$@"; fi
}

# with_lock <function> [arguments]: holds the lock of under_lock for a part of a command, which must leave no process running
with_lock() {
    local lock code=0
    if [[ -z ${AARYA_LOCKED-} ]]; then
        exec {lock}>>"$STATE/lock"
        flock --wait 3600 "$lock" || fail "another ./aarya has been running here for an hour: wait for it or stop it."
    fi
    AARYA_LOCKED=1 "$@" || code=$?
    if [[ -n ${lock-} ]]; then exec {lock}>&-; fi
    return "$code"
}

# run_locked <lock> <command> [arguments]
run_locked() {
    local lock=$STATE/$1 code=0
    shift
    mkdir -p "$STATE" 2>/dev/null || fail "cannot write in ${STATE%/*}."
    flock --close --wait "${AARYA_LOCK_WAIT:-300}" --conflict-exit-code 75 "$lock" "$ROOT/aarya" "$@" || code=$?
    if [[ $code == 75 && -n ${AARYA_LOCK_WAIT-} ]]; then fail "$1 already runs here: wait for it or stop it."; fi
    [[ $code != 75 ]] || fail "another ./aarya has been running here for five minutes: wait for it or stop it."
    exit "$code"
}

# ---- requirements ---------------------------------------------------------------------------------------------------

need_sdk() {
    local folder sdks
    for folder in "${DOTNET_ROOT:-}" "${HOME:-}/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
        command -v dotnet >/dev/null && break
        if [[ -x $folder/dotnet ]]; then PATH=$folder:$PATH; fi
    done
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is missing: install it from https://dot.net/download."
    sdks=$(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')
    [[ " $sdks" == *" 10."* ]] || fail "the .NET SDK must be 10.x (found: ${sdks:-none}): install it from https://dot.net/download."
}

# need_space <folder> <MB>
need_space() {
    local free
    free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
    [[ $free -ge $2 ]] || fail "the disk is full: $1 has $free MB left and $2 MB are needed."
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: prints a free port below those that the system assigns to clients
free_port() {
    local port
    until port=$((RANDOM % 10000 + 20000)) && ! port_answers "$port"; do :; done
    printf '%s' "$port"
}

# free_ports <count>: prints as many different ones
free_ports() {
    local port picked=' '
    while (($(wc -w <<<"$picked") < $1)); do
        port=$(free_port)
        if [[ $picked != *" $port "* ]]; then picked+="$port "; fi
    done
    printf '%s\n' "$picked"
}

# claim_port <port> <variable>: fails unless the port is free
claim_port() {
    local who=''
    [[ $1 =~ ^[0-9]+$ && $1 -ge 1 && $1 -le 65535 ]] || fail "$2 is '$1': it must be a port, 1 to 65535."
    port_answers "$1" || return 0
    if command -v ss >/dev/null; then
        who=$(ss -ltnpH "sport = :$1" 2>/dev/null | sed -n 's/.*(("\([^"]*\)",pid=\([0-9]*\).*/ by \1 (process \2)/p' | head -n 1)
    fi
    fail "port $1 is taken$who: stop that process, or choose another port with $2=<port>."
}

# ---- secrets --------------------------------------------------------------------------------------------------------

# secret_file <name> <command that prints one>: prints the path of a secret, made once per clone, readable by its owner only
secret_file() {
    local file=$STATE/secrets/$1
    shift
    if [[ ! -s $file ]]; then
        (
            umask 077
            mkdir -p "$STATE/secrets"
            "$@" >"$file.new" && mv "$file.new" "$file"
        )
    fi
    printf '%s' "$file"
}

random_hex() { od -An -tx1 -N24 /dev/urandom | tr -d ' \n'; }
random_key() { head -c 32 /dev/urandom | base64 | tr -d '\n'; }

# ---- processes ------------------------------------------------------------------------------------------------------

# Identifies a process beyond its number, which the system reuses: its start time and the boot that this is counted from.
identity() {
    local stat
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -r -a stat <<<"${stat##*) }"
    [[ ${stat[0]} != Z ]] || return 1
    printf '%s-%s' "${stat[19]}" "$(</proc/sys/kernel/random/boot_id)"
}

# remember <name> <pid> <port>
remember() {
    mkdir -p "$STATE/run"
    printf '%s %s %s\n' "$2" "$(identity "$2")" "$3" >"$STATE/run/$1"
}

# running <name>: true when the process that we started under this name still runs; sets PID and RUNNING_PORT
running() {
    local was
    [[ -f $STATE/run/$1 ]] || return 1
    read -r PID was RUNNING_PORT <"$STATE/run/$1"
    if [[ $PID == container ]]; then
        [[ $(docker inspect --format '{{.State.Running}}' "$was" 2>/dev/null) == true ]]
    else
        [[ $(identity "$PID") == "$was" ]]
    fi
}

# stop_process <name> <signal> <seconds>: sends the signal, waits, then kills the process
stop_process() {
    local name=$1 left=$(($3 * 10))
    if ! running "$name"; then
        rm -f "$STATE/run/$name"
        return 1
    fi
    kill -s "$2" "$PID" || fail "$name (process $PID) belongs to another user: stop it as the user who started it."
    while running "$name"; do
        if ((left-- == 0)); then kill -s KILL "$PID"; fi
        sleep 0.1
    done
    rm -f "$STATE/run/$name"
}
