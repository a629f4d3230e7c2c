# shellcheck shell=bash disable=SC2034 # other parts read these variables
# The program's processes: one that serves everything, or one per role behind the gateway; and the payment provider's
# sandbox.

readonly SPLIT_ROLES=(core commerce payment content search gateway)

roles_of() {
    if [[ $1 == split ]]; then printf '%s\n' "${SPLIT_ROLES[@]}"; else echo all; fi
}

# metrics_port <role>: prints the port with the metrics of a process
metrics_port() {
    local port=$METRICS_PORT role
    for role in "${SPLIT_ROLES[@]}"; do
        if [[ $1 == all || $1 == "$role" ]]; then break; fi
        port=$((port + 1))
    done
    printf '%s' "$port"
}

program_runs() {
    local role
    for role in all "${SPLIT_ROLES[@]}"; do
        if running "$role"; then return 0; fi
    done
    return 1
}

# program_url: prints the URL of the running shop
program_url() {
    if running all || running gateway; then printf 'http://127.0.0.1:%s' "$RUNNING_PORT"; else return 1; fi
}

export_databases() {
    PG_PASSWORD=$(<"$(secret_file postgres random_hex)")
    export DATABASE_URL=postgres://aarya:$PG_PASSWORD@127.0.0.1:$PG_PORT/aarya
    REDIS_URL=redis://aarya:$(<"$(secret_file redis-login random_hex)")@127.0.0.1:$REDIS_PORT
    export REDIS_URL
}

# Exports the settings of the program's processes and commands.
export_settings() {
    export_databases
    PAYMENT_API_KEY=$(<"$(secret_file payment-api-key random_hex)")
    PAYMENT_WEBHOOK_SECRET=$(<"$(secret_file payment-webhook-secret random_hex)")
    ENCRYPTION_KEY=$(<"$(secret_file encryption-key random_key)")
    AARYA_SOCKET_DIR=$(socket_folder)
    export PAYMENT_API_KEY PAYMENT_WEBHOOK_SECRET ENCRYPTION_KEY AARYA_SOCKET_DIR
    export PAYMENT_PROVIDER_URL=http://127.0.0.1:$SANDBOX_PORT
    # Links in e-mails lead here; processes behind the gateway cannot know its address.
    AARYA_PUBLIC_URL=${AARYA_PUBLIC_URL:-$(program_url || printf 'http://127.0.0.1:%s' "$PORT")}
    export AARYA_PUBLIC_URL ASPNETCORE_ENVIRONMENT=Development
}

# The folder's path is short, because a socket's path has at most 107 bytes; the folder must belong to this user.
socket_folder() {
    local parent=${XDG_RUNTIME_DIR:-/tmp}
    [[ -d $parent && -w $parent ]] || parent=/tmp
    (umask 027 && mkdir -p "$parent/aarya-$CLONE")
    [[ -O $parent/aarya-$CLONE ]] || fail "$parent/aarya-$CLONE belongs to another user: remove it."
    printf '%s' "$parent/aarya-$CLONE"
}

# run_command <command of the program> [arguments]
run_command() {
    export_settings
    dotnet artifacts/api/Aarya.Api.dll "$@"
}

# claim_ports <all|split> <true|false>: checks that the ports are free before the build, which takes a minute; those of the observers if
# they are wanted
claim_ports() {
    local front=all role
    if [[ $1 == split ]]; then front=gateway; fi
    if ! running all && ! running gateway; then claim_port "$PORT" AARYA_PORT; fi
    if running "$front"; then PORT=$RUNNING_PORT; fi
    if running sandbox; then SANDBOX_PORT=$RUNNING_PORT; else claim_port "$SANDBOX_PORT" AARYA_SANDBOX_PORT; fi
    for role in $(roles_of "$1"); do
        if ! program_runs; then claim_port "$(metrics_port "$role")" AARYA_METRICS_PORT; fi
    done
    [[ $2 == true ]] || return 0
    if running prometheus; then PROMETHEUS_PORT=$RUNNING_PORT; else claim_port "$PROMETHEUS_PORT" AARYA_PROMETHEUS_PORT; fi
    if running alertmanager; then ALERTMANAGER_PORT=$RUNNING_PORT; else claim_port "$ALERTMANAGER_PORT" AARYA_ALERTMANAGER_PORT; fi
}

# start_program <all|split>
start_program() {
    local build
    build=$(readlink -f artifacts/api)
    if other_runs "$1" "${build%/api}"; then step stop 'stopping what ran before' stop_program; fi
    export_settings
    if [[ $(cat "$STATE/prepared" 2>/dev/null) != "$build" ]]; then
        step migrate 'bringing the database up to date' migrate
        step seed 'filling the demo shop' seed
        printf '%s\n' "$build" >"$STATE/prepared"
    fi
    step sandbox starting start_sandbox
    step program starting start_roles "$1"
}

# other_runs <all|split> <build>: true when a process of the other mode or of another build runs
other_runs() {
    local name
    for name in all "${SPLIT_ROLES[@]}" sandbox; do
        running "$name" || continue
        if ! grep -qF "$2/" "/proc/$PID/cmdline"; then return 0; fi
        if [[ $name != sandbox && ! " $(roles_of "$1" | paste -sd' ') " == *" $name "* ]]; then return 0; fi
    done
    return 1
}

migrate() {
    quietly migrate run_command migrate
    did="the database is up to date"
}

seed() {
    quietly seed run_command seed --size demo
    grep -v '^Seeded' "$STATE/logs/seed.log" >"$STATE/accounts" || true
    did="the demo shop is filled"
}

start_sandbox() {
    if running sandbox; then
        did="runs on 127.0.0.1:$RUNNING_PORT"
        return
    fi
    mkdir -p "$STATE/sandbox"
    launch sandbox "$SANDBOX_PORT" env SANDBOX_DATA="$STATE/sandbox" \
        SANDBOX_WEBHOOK_URL="http://127.0.0.1:$PORT/api/payments/webhooks/sandbox" \
        dotnet "$(readlink -f artifacts/sandbox)/Aarya.Sandbox.dll" --urls "http://127.0.0.1:$SANDBOX_PORT"
    await_start sandbox port_answers "$SANDBOX_PORT"
    did="started on 127.0.0.1:$SANDBOX_PORT"
}

# start_roles <all|split>: starts the roles that do not run yet
start_roles() {
    local role fresh=() program
    program=$(readlink -f artifacts/api)/Aarya.Api.dll
    for role in $(roles_of "$1"); do
        if running "$role"; then continue; fi
        fresh+=("$role")
        if [[ $role == all || $role == gateway ]]; then
            launch "$role" "$PORT" env AARYA_ROLES="$role" "$(metrics_url "$role")" dotnet "$program" --urls "http://127.0.0.1:$PORT"
        else
            launch "$role" "$(metrics_port "$role")" env AARYA_ROLES="$role" "$(metrics_url "$role")" dotnet "$program"
        fi
    done
    for role in $(roles_of "$1"); do await_start "$role" is_ready "$role"; done
    if [[ ${#fresh[@]} == 0 ]]; then did="runs on 127.0.0.1:$PORT"; else did="started on 127.0.0.1:$PORT (${fresh[*]})"; fi
}

# metrics_url <role>: prints the setting of a process that shows its metrics on this machine
metrics_url() { printf 'AARYA_METRICS_URL=http://127.0.0.1:%s' "$(metrics_port "$1")"; }

# launch <name> <port> <command>: starts it in its own session, so that it survives the terminal
launch() {
    local name=$1 port=$2 log=$STATE/logs/$1.log
    shift 2
    mkdir -p "$STATE/logs"
    if [[ -f $log ]]; then mv "$log" "$log.1"; fi
    setsid "$@" >"$log" 2>&1 </dev/null &
    disown $!
    remember "$name" $! "$port"
}

# A context reports it at its address for operators: it has no other port, and its socket outlives a process that was killed.
is_ready() { running "$1" && [[ $(http_status "$RUNNING_PORT" /health/ready) == 200 ]]; }

http_status() {
    local status=''
    {
        exec 3<>"/dev/tcp/127.0.0.1/$1" || return 0
        printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
        read -r -t 5 _ status _ <&3
        exec 3>&-
    } 2>/dev/null
    printf '%s' "$status"
}

# await_start <name> <command>: waits until the command succeeds
await_start() {
    local name=$1 until=$((SECONDS + 180))
    shift
    until "$@"; do
        running "$name" || fail "$name did not start: $(last_words "$name") (full log: $STATE/logs/$name.log)"
        ((SECONDS < until)) || fail "$name did not become ready in 180 s: $(last_words "$name") (full log: $STATE/logs/$name.log)"
        sleep 0.1
    done
}

# last_words <name>: prints the last error in a log. The console logger writes the level on one line and the message on the next.
last_words() {
    awk '/^aarya: /              { last = substr($0, 8) }
         /^Unhandled exception. / { last = substr($0, 22) }
         next_is_message         { last = $0; next_is_message = 0 }
         /^(fail|crit): /        { next_is_message = 1 }
         NF                      { any = $0 }
         END                     { gsub(/^ +/, "", last); print last ? last : (any ? any : "no output") }' "$STATE/logs/$1.log"
}

# Stops all processes at the same time.
stop_program() {
    local name stopping=()
    for name in all "${SPLIT_ROLES[@]}" sandbox; do
        if running "$name"; then
            (stop_process "$name" TERM 30) &
            stopping+=($!)
        else
            rm -f "$STATE/run/$name"
        fi
    done
    for name in "${stopping[@]}"; do wait "$name"; done
    did="${#stopping[@]} processes stopped"
}

# announce <mode> <moment of the start>
announce() {
    local url role metrics=()
    url=$(program_url)
    say ""
    say "Aarya serves $url ($([[ $1 == split ]] && echo "a process per role" || echo "one process")), up in $(seconds_since "$2") s"
    say "  docs      $url/docs"
    say "  mailbox   $url/dev/mailbox"
    for role in $(roles_of "$1"); do metrics+=("http://127.0.0.1:$(metrics_port "$role")/metrics"); done
    say "  operators http://127.0.0.1:$(metrics_port "$(roles_of "$1" | head -n 1)")/ops"
    say "  metrics   ${metrics[*]}"
    if running prometheus; then say "  alerts    $(alerts_page "$RUNNING_PORT") (Prometheus)"; fi
    if running alertmanager; then say "  notified  http://127.0.0.1:$RUNNING_PORT (Alertmanager)"; fi
    if [[ -s $STATE/accounts ]]; then sed 's/^/  /' "$STATE/accounts"; fi
    say "  logs      ${STATE/#"$ROOT"\//}/logs"
    say "  data      $(readlink -f "$STATE/data")"
}
