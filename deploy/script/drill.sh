# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Takes down the parts of a running shop, one after another, and compares its books with the answers its shoppers received.

# drill_options <arguments>: checks them before the build, which takes a minute
drill_options() {
    while (($# > 0)); do
        case $1 in
            --split | --short) ;;
            --rounds | --shoppers)
                [[ ${2-} =~ ^[1-9][0-9]{0,2}$ ]] || fail "drill $1 takes a whole number from 1 to 999, not '${2-}'."
                shift
                ;;
            --part)
                [[ " postgres redis mail sandbox all ${SPLIT_ROLES[*]} " == *" ${2-} "* && -n ${2-} ]] ||
                    fail "drill --part takes postgres, redis, mail, sandbox, all or a role, not '${2-}'."
                shift
                ;;
            *) fail "drill accepts only --split, --short, --rounds, --shoppers and --part, not '$1'." ;;
        esac
        shift
    done
}

# drill [options]: the drill's shop has its own state folder and ports, separate from what this clone runs
drill() {
    drill_options "$@"
    need_build_tools
    if [[ -z ${AARYA_DRILL-} ]]; then
        # Before the build, which would replace the program that the running drill restarts.
        if [[ -e $STATE/drill/lock ]] && ! flock --nonblock "$STATE/drill/lock" true; then
            fail "drill already runs here: wait for it or stop it."
        fi
        "$ROOT/aarya" release >/dev/null
        # Different from each other: nothing listens on any of them yet.
        local http postgres redis sandbox mail
        read -r http postgres redis sandbox mail < <(free_ports 5)
        AARYA_DRILL=1 AARYA_HOME=$STATE/drill AARYA_PORT=$http AARYA_PG_PORT=$postgres AARYA_REDIS_PORT=$redis \
            AARYA_SANDBOX_PORT=$sandbox DRILL_MAIL_PORT=$mail exec "$ROOT/aarya" drill "$@"
    fi
    AARYA_LOCK_WAIT=0 under_lock drill "$@"
    stop_drill
    wipe_data
    trap end_drill EXIT
    choose_servers
    [[ $SERVERS == local ]] || fail "a drill needs PostgreSQL and Redis as local processes: install postgresql and redis-server."
    # Only creates their data: the drill starts them itself, so that it can kill them.
    start_servers >/dev/null
    stop_servers >/dev/null
    quietly build-drill dotnet build tests/Aarya.Drill -c Release --nologo -v q
    export_drill
    if dotnet tests/Aarya.Drill/bin/Release/net10.0/Aarya.Drill.dll "$@"; then return; fi
    trap stop_drill EXIT
    fail "the drill failed; its logs and data are in ${STATE/#"$PWD"\//} until the next drill."
}

export_drill() {
    local redis=$DATA/redis/redis.conf
    export_settings
    DRILL_PROGRAM=$(readlink -f artifacts/api)/Aarya.Api.dll
    DRILL_SANDBOX=$(readlink -f artifacts/sandbox)/Aarya.Sandbox.dll
    DRILL_STATE=$STATE
    DRILL_POSTGRES=$(server_command "$PG_BIN/postgres" -D "$DATA/postgres")
    DRILL_REDIS=$(server_command redis-server "$redis" --daemonize no)
    # The program's own login lacks rights that the drill needs.
    DRILL_REDIS_PASSWORD=$REDIS_PASSWORD
    # Metrics are collected while parts are away; nobody reads them.
    export AARYA_METRICS_URL=http://127.0.0.1:0
    export DRILL_PROGRAM DRILL_SANDBOX DRILL_STATE DRILL_POSTGRES DRILL_REDIS DRILL_REDIS_PASSWORD DRILL_MAIL_PORT
}

# server_command <command>: prints the command that as_server would run, quoted for a shell
server_command() {
    local words=("$@")
    if [[ $EUID == 0 ]]; then words=(setpriv --reuid "$SERVER_USER" --regid "$(id -g "$SERVER_USER")" --clear-groups -- "$@"); fi
    printf '%q ' "${words[@]}"
}

stop_drill() {
    stop_program
    stop_process mail TERM 5 || true
    stop_servers
} >/dev/null 2>&1

end_drill() {
    stop_drill
    wipe_data
} >/dev/null 2>&1
