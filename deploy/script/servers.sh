# shellcheck shell=bash disable=SC2034 # other parts read these variables
# This clone's own PostgreSQL and Redis, with their own ports, data and passwords. Other servers on the machine are never
# used or changed.

readonly POSTGRES_IMAGE=postgres:15 REDIS_IMAGE=redis:7

start_servers() {
    choose_servers
    step postgres starting start_postgres
    step redis starting start_redis
}

servers_run() { running postgres && running redis; }

# with_servers <command>: starts the servers unless both run, and stops them afterwards
with_servers() {
    local was_running=false code=0
    if servers_run; then was_running=true; fi
    start_servers
    if ! $was_running; then trap 'stop_servers_unless_serving' EXIT; fi
    "$@" || code=$?
    return "$code"
}

# `./aarya up` may have run in the meantime.
stop_servers_unless_serving() { program_runs || stop_servers >/dev/null; }

# PostgreSQL refuses to run as root, and Redis does not need to.
server_user() {
    if [[ $EUID != 0 ]]; then
        id -un
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        id aarya >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin aarya
        echo aarya
    fi
}

as_server() {
    if [[ $EUID != 0 ]]; then
        "$@"
    else
        (cd / && exec setpriv --reuid "$SERVER_USER" --regid "$(id -g "$SERVER_USER")" --clear-groups -- "$@")
    fi
}

# Sets DATA. Where the servers' user may not enter the state folder (under /root, for example), .aarya/data links elsewhere.
need_data_folder() {
    local elsewhere=/var/lib/aarya-$CLONE
    SERVER_USER=$(server_user)
    mkdir -p "$STATE/run" "$STATE/logs"
    if [[ ! -e $STATE/data ]]; then
        if as_server test -x "$STATE" -a -r "$STATE"; then
            mkdir -p "$STATE/data"
        else
            mkdir -p "$elsewhere"
            ln -sfn "$elsewhere" "$STATE/data"
        fi
        chown "$SERVER_USER" "$STATE/data/"
        chmod 700 "$STATE/data/"
    fi
    DATA=$(readlink -f "$STATE/data")
    need_space "$DATA" 512
}

# ---- PostgreSQL -----------------------------------------------------------------------------------------------------

start_postgres() {
    PG_PASSWORD=$(<"$(secret_file postgres random_hex)")
    if running postgres; then
        PG_PORT=$RUNNING_PORT
        did="runs on 127.0.0.1:$PG_PORT"
        return
    fi
    claim_port "$PG_PORT" AARYA_PG_PORT
    if [[ $SERVERS == docker ]]; then start_postgres_container; else start_postgres_here; fi
    did="started on 127.0.0.1:$PG_PORT"
}

start_postgres_here() {
    local cluster log
    need_data_folder
    cluster=$DATA/postgres log=$DATA/postgres.log
    as_server test -f "$cluster/PG_VERSION" || make_cluster "$cluster"
    tune_cluster "$cluster"
    as_server "$PG_BIN/pg_ctl" start --silent --wait --timeout 60 --pgdata "$cluster" --log "$log" >/dev/null 2>&1 ||
        fail "PostgreSQL did not start: $(last_error "$log") (full log: $log)"
    # pg_ctl may take the files of a server that is just ending for those of the new one.
    await 30 "$PG_BIN/pg_isready" --quiet --host 127.0.0.1 --port "$PG_PORT" ||
        fail "PostgreSQL does not answer: $(last_error "$log") (full log: $log)"
    remember postgres "$(as_server head -n 1 "$cluster/postmaster.pid")" "$PG_PORT"
    as_postgres_owner -d postgres -tAc "select 1 from pg_database where datname = 'aarya'" | grep -q 1 ||
        as_postgres_owner -d postgres -qc 'create database aarya'
}

make_cluster() {
    local password=$DATA/password
    as_server rm -rf "$1.new"
    (umask 077 && printf '%s' "$PG_PASSWORD" | as_server tee "$password" >/dev/null)
    quietly initdb as_server "$PG_BIN/initdb" --pgdata "$1.new" --username aarya --pwfile "$password" \
        --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --data-checksums
    as_server rm "$password"
    as_server tee -a "$1.new/postgresql.conf" <<<"include 'aarya.conf'" >/dev/null
    as_server mv "$1.new" "$1"
}

# Sized for a machine that also runs the specs: each of their hosts has one pool per context.
tune_cluster() {
    as_server tee "$1/aarya.conf" >/dev/null <<END
port = $PG_PORT
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 800
shared_buffers = 256MB
effective_cache_size = 1GB
random_page_cost = 1.1
max_wal_size = 2GB
# Recovery after a crash flushes the whole file system with one call instead of each file by itself.
recovery_init_sync_method = syncfs
# The first backup turns the archive on; the mode itself would need a restart of PostgreSQL then.
archive_mode = on
archive_command = '/bin/true'
include_if_exists '$DATA/archive.conf'
END
}

as_postgres_owner() { PGPASSWORD=$PG_PASSWORD "$PG_BIN/psql" -X -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$PG_PORT" -U aarya "$@"; }

start_postgres_container() {
    local name=aarya-$CLONE-postgres
    fresh_container postgres "$name" "$PG_PORT:5432" --volume "$name:/var/lib/postgresql/data" --shm-size 512m \
        --env POSTGRES_USER=aarya --env "POSTGRES_PASSWORD=$PG_PASSWORD" --env POSTGRES_DB=aarya \
        "$POSTGRES_IMAGE" -c shared_buffers=256MB -c max_connections=800 -c recovery_init_sync_method=syncfs
    # While the image sets up its data, a temporary server answers on a socket only; only the real one answers over TCP.
    await_container "$name" 60 docker exec "$name" pg_isready --quiet --host 127.0.0.1 --username aarya --dbname aarya
    remember_container postgres "$name" "$PG_PORT"
}

# ---- Redis ----------------------------------------------------------------------------------------------------------

start_redis() {
    REDIS_PASSWORD=$(<"$(secret_file redis random_hex)")
    if running redis; then
        REDIS_PORT=$RUNNING_PORT
        did="runs on 127.0.0.1:$REDIS_PORT"
        make_redis_login
        return
    fi
    claim_port "$REDIS_PORT" AARYA_REDIS_PORT
    if [[ $SERVERS == docker ]]; then start_redis_container; else start_redis_here; fi
    did="started on 127.0.0.1:$REDIS_PORT"
    make_redis_login
}

# redis_login: prints the ACL rules of the program's own login, with only the rights that it needs
redis_login() {
    printf 'aarya reset on >%s %s' "$(<"$(secret_file redis-login random_hex)")" \
        "$(grep -v '^#' "$ROOT/src/Infrastructure/Redis/redis.acl" | tr '\n' ' ')"
}

# A Redis that an older build started has that build's rules, and a Redis in a container does not keep users.
make_redis_login() {
    local reply
    reply=$(ask_redis "ACL SETUSER $(redis_login)")
    [[ $reply == +OK* ]] || fail "Redis did not accept the program's login: ${reply:-no answer}"
}

# ask_redis <command>: prints the first line of the answer; needs no Redis client
ask_redis() {
    local reply
    {
        exec 3<>"/dev/tcp/127.0.0.1/$REDIS_PORT" || return 1
        printf 'AUTH %s\r\n%s\r\n' "$REDIS_PASSWORD" "$1" >&3
        read -r -t 2 reply <&3 && read -r -t 2 reply <&3
        exec 3>&-
    } 2>/dev/null
    printf '%s' "$reply"
}

# The state instance of docs/operations.md: it evicts nothing and loses at most one second.
start_redis_here() {
    local folder log
    need_data_folder
    folder=$DATA/redis log=$DATA/redis.log
    as_server mkdir -p "$folder"
    (
        umask 077
        as_server tee "$folder/redis.conf" >/dev/null <<END
bind 127.0.0.1
port $REDIS_PORT
dir $folder
pidfile $folder/redis.pid
logfile $log
daemonize yes
requirepass $REDIS_PASSWORD
user $(redis_login)
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
stream-node-max-bytes 16384
# A backup reads a snapshot as a replica does; no other replica is worth waiting for.
repl-diskless-sync-delay 0
END
        as_server rm -f "$folder/redis.pid"
        as_server redis-server "$folder/redis.conf" >/dev/null 2>&1
    ) || fail "Redis did not start: $(last_error "$log") (full log: $log)"
    await 30 redis_answers || fail "Redis did not start: $(last_error "$log") (full log: $log)"
    remember redis "$(as_server cat "$folder/redis.pid")" "$REDIS_PORT"
}

# While it still loads its data, Redis answers -LOADING.
redis_answers() { [[ $(ask_redis PING) == +PONG* ]]; }

start_redis_container() {
    local name=aarya-$CLONE-redis
    fresh_container redis "$name" "$REDIS_PORT:6379" --volume "$name:/data" \
        "$REDIS_IMAGE" redis-server --requirepass "$REDIS_PASSWORD" --appendonly yes --appendfsync everysec --save '' \
        --maxmemory-policy noeviction --stream-node-max-bytes 16384
    await_container "$name" 30 redis_answers
    remember_container redis "$name" "$REDIS_PORT"
}

# ---- both -----------------------------------------------------------------------------------------------------------

# await <seconds> <command>
await() {
    local left=$(($1 * 10))
    shift
    until "$@"; do
        ((left-- > 0)) || return 1
        sleep 0.1
    done
}

last_error() {
    local line
    line=$(as_server grep -E 'FATAL|PANIC|ERROR|could not|# |Error|error' "$1" 2>/dev/null | tail -n 1)
    printf '%s' "${line:-no error in the log}"
}

fresh_container() {
    local name=$2 ports=$3
    docker rm --force "$name" >/dev/null 2>&1 || true
    quietly "$1" docker run --detach --name "$name" --publish "127.0.0.1:$ports" "${@:4}"
}

await_container() {
    await "$2" "${@:3}" || fail "the container $1 did not become ready: $(docker logs --tail 1 "$1" 2>&1)"
}

remember_container() {
    mkdir -p "$STATE/run"
    printf 'container %s %s\n' "$2" "$3" >"$STATE/run/$1"
}

stop_servers() {
    SERVER_USER=$(server_user)
    stop_server redis TERM 20
    stop_server postgres INT 60
}

stop_server() {
    if running "$1" && [[ $PID == container ]]; then
        docker stop "aarya-$CLONE-$1" >/dev/null
        rm -f "$STATE/run/$1"
        printf '  %-10s stopped\n' "$1"
    elif stop_process "$@"; then
        printf '  %-10s stopped\n' "$1"
    fi
}

wipe_data() {
    local name folder
    for folder in data backups; do
        if [[ -L $STATE/$folder ]]; then rm -rf -- "$(readlink -f "$STATE/$folder")"; fi
    done
    if docker_answers; then
        for name in "aarya-$CLONE-postgres" "aarya-$CLONE-redis"; do
            docker rm --force "$name" >/dev/null 2>&1 || true
            docker volume rm --force "$name" >/dev/null 2>&1 || true
        done
    fi
    # Deletes by name, since AARYA_HOME may contain other files.
    if [[ -d $STATE/check ]]; then rm -rf --one-file-system -- "$STATE/check"; fi
    rm -rf -- "$STATE"/{data,backups,backup-folders,run,logs,secrets,sandbox,mail,observe,accounts,prepared}
    rm -rf -- "$(socket_folder)"
}
