# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Restores a backup: in the place of this clone's data, into another folder, or, to verify it, into a fresh pair of servers.

# A recovery takes as long as it takes.
readonly RECOVERY_SECONDS=86400

# restore BACKUP [--until TIMESTAMP] [--timeline N] [--into DIRECTORY] [--replace]
restore() {
    local chosen='' until='' timeline=latest into='' replace=false again=()
    while (($# > 0)); do
        case $1 in
            --until | --timeline | --into)
                [[ -n ${2-} ]] || fail "restore $1 takes a value."
                case $1 in
                    --until) until=$(moment_of "$2") ;;
                    --timeline)
                        [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || fail "restore --timeline takes a whole number, not '$2'."
                        timeline=$2
                        ;;
                    --into) into=$(caller_path "$2") ;;
                esac
                again+=("$1" "$(if [[ $1 == --into ]]; then printf '%s' "$into"; else printf '%s' "$2"; fi)")
                shift
                ;;
            --replace)
                replace=true
                again+=("$1")
                ;;
            -*) fail "restore accepts only --until, --timeline, --into and --replace, not '$1'." ;;
            *)
                [[ -z $chosen ]] || fail "restore takes one backup, not '$chosen' and '$1'."
                chosen=$1
                if [[ $1 == */* ]]; then chosen=$(caller_path "$1"); fi
                again+=("$chosen")
                ;;
        esac
        shift
    done
    [[ -n $chosen ]] || fail "restore takes a backup: its name, its path, or newest."
    under_lock restore "${again[@]}"
    need_backup_tools
    find_backup "$chosen"
    need_secrets
    if [[ -n $until && $(date -d "$until" +%s) -lt $(date -d "$(said ended "$BACKUP/manifest.json")" +%s) ]]; then
        fail "${BACKUP##*/} ended at $(said ended "$BACKUP/manifest.json"): to restore to $until, take an earlier backup."
    fi
    say_what_follows "$until"
    local began=$EPOCHREALTIME target folder stamp
    need_data_folder
    target=${into:-$DATA}
    if [[ -z $into ]]; then
        if program_runs || running postgres || running redis; then fail "the shop runs here: stop it with ./aarya down, then restore."; fi
    fi
    if has_data "$target" "$into" && ! $replace; then
        fail "$target has data already: --replace keeps it beside under another name, and restores."
    fi
    folder=$target/restored
    if [[ -n $into ]]; then
        [[ $into != "$DATA" && $into != "$DATA"/* ]] || fail "restore --into takes another folder than the shop's own: leave it out."
        folder=$(mktemp -d "$into.XXXXXX") || fail "cannot make a folder beside $into."
    fi
    FRESH=$folder
    trap end_restore EXIT
    make_fresh "$folder"
    restore_parts "$folder" "$until" "$timeline"
    stamp=before-$(date -u +%Y%m%dT%H%M%SZ)
    if [[ -n $into ]]; then
        put_in_place "$folder" "$into" "$stamp"
    else
        # The archive needs the history of the new timeline, which began while nothing was archived.
        as_server touch "$folder/postgres/pg_wal/archive_status/$(newest_history "$folder").ready"
        put_in_place "$folder/postgres" "$DATA/postgres" "$stamp"
        put_in_place "$folder/redis" "$DATA/redis" "$stamp"
        step archive 'preparing the archive of the log' archive_again
    fi
    say "PostgreSQL is restored to $RESTORED_TO, Redis to $REDIS_AT, in $target, in $(seconds_since "$began") s."
    if [[ -z $into ]]; then say "Start the shop with ./aarya up, then make a backup: ./aarya backup."; fi
}

# archive_again: PostgreSQL archives its log from its next start on, on its new timeline. What the shop does before the next backup can be
# restored from this one, if that is where backups are made. A folder that refuses must not undo the restore.
archive_again() {
    local system refusal code may_make=false
    system=$(said postgresSystem "$BACKUP/manifest.json")
    if [[ -z ${AARYA_BACKUP_DIRECTORY-} ]]; then may_make=true; fi
    # A shell of its own, which ends at the first failure.
    set +e
    refusal=$(set -e; archive_to "$system" "$may_make" 2>&1)
    code=$?
    set -e
    if [[ $code != 0 ]]; then did="left as it was: ${refusal#aarya: }"; else did="the log goes on in $refusal"; fi
}

# archive_to <system> <whether the folder may be made>: prints the folder
archive_to() {
    local recipient
    need_backup_folder "${AARYA_BACKUP_DIRECTORY-}" "$2" "$1"
    # The key that has decrypted the backup is the one to decrypt what follows it.
    if [[ -z ${AARYA_BACKUP_RECIPIENT-} && ! -s $STATE/secrets/backup-recipient ]]; then
        recipient=$(age-keygen -y "$IDENTITY" 2>/dev/null) || recipient=''
        [[ $recipient =~ ^age1[a-z0-9]+$ ]] ||
            fail "$IDENTITY is not one key of age: set AARYA_BACKUP_RECIPIENT, then run ./aarya backup."
        secret_file backup-recipient echo "$recipient" >/dev/null
    fi
    recipient=$(backup_recipient)
    set_archive "$BACKUPS/wal-$1" "$recipient"
    printf '%s' "$BACKUPS"
}

end_restore() { if [[ -n ${FRESH-} ]]; then discard "$FRESH"; fi; }

# discard <folder>: ends the servers that run in it, and deletes it
discard() {
    stop_fresh "$1"
    rm -rf -- "$1"
}

stop_fresh() {
    if as_server test -e "$1/postgres/postmaster.pid"; then
        as_server "$PG_BIN/pg_ctl" stop --silent --wait --mode fast --pgdata "$1/postgres" >/dev/null 2>&1 || true
    fi
    if as_server test -e "$1/redis/redis.pid" -a -e "$1/redis/redis.conf"; then
        FRESH_REDIS_PORT=$(as_server sed -n 's/^port //p' "$1/redis/redis.conf")
        tell_fresh_redis "$1" SHUTDOWN NOSAVE >/dev/null 2>&1 || true
    fi
}

# moment_of <timestamp>: prints it as PostgreSQL reads it, in UTC
moment_of() {
    local moment
    moment=$(date -u -d "$1" '+%Y-%m-%d %H:%M:%S.%6N+00' 2>/dev/null) ||
        fail "restore --until takes a moment, such as '2027-01-31 18:30:00+05:30', not '$1'."
    printf '%s' "$moment"
}

# has_data <target> <into>: true when the target, which may be named by --into, has anything that a restore would replace
has_data() {
    if [[ -n $2 ]]; then
        [[ -e $1 && -n $(ls -A "$1") ]]
    else
        as_server test -e "$1/postgres" || as_server test -e "$1/redis"
    fi
}

# put_in_place <from> <to> <suffix>: what was there keeps its data under a name with the suffix
put_in_place() {
    if [[ -e $2 ]]; then
        mv "$2" "$2.$3"
        say "  kept       $2.$3"
    fi
    mv "$1" "$2"
}

newest_history() { as_server find "$1/postgres/pg_wal" -name '*.history' -printf '%f\n' | sort | tail -n 1; }

# ---- what is asked for ----------------------------------------------------------------------------------------------

# find_backup <name | path | newest>: sets BACKUP, its folder, and ARCHIVE, the folder of its log
find_backup() {
    local folder=${AARYA_BACKUP_DIRECTORY:-$STATE/backups} name
    folder=$(realpath -m -- "$folder")
    case $1 in
        newest)
            need_mount "$folder"
            BACKUP=''
            for name in $(if [[ -d $folder ]]; then backups_in "$folder"; fi); do
                if ! is_future "$name"; then
                    BACKUP=$folder/$name
                    break
                fi
                say "$name is of a future time: it counts only if it is named."
            done
            [[ -n $BACKUP ]] || fail "there is no backup in $folder: make one with ./aarya backup."
            ;;
        */*) BACKUP=$1 ;;
        *) BACKUP=$folder/$1 ;;
    esac
    BACKUP=$(realpath -m -- "$BACKUP")
    [[ -f $BACKUP/manifest.json && $BACKUP != *.partial ]] || fail "$BACKUP is no backup: it has no manifest.json."
    ARCHIVE=${BACKUP%/*}/wal-$(said postgresSystem "$BACKUP/manifest.json")
    IDENTITY=${AARYA_BACKUP_IDENTITY:-$STATE/secrets/backup-identity}
    [[ -r $IDENTITY ]] || fail "the key to the backup is missing: $IDENTITY cannot be read; AARYA_BACKUP_IDENTITY names another file."
    SERVER_USER=$(server_user)
    as_server test -r "$BACKUP" -a -x "$BACKUP" || fail "the user $SERVER_USER, who runs PostgreSQL, may not read $BACKUP."
}

# say_what_follows <until>: says so when nothing is archived that continues the backup
say_what_follows() {
    local last=''
    if as_server test -d "$ARCHIVE"; then
        last=$(as_server find "$ARCHIVE" -name '????????????????????????.age' -printf '%f\n' | cut -c9-24 | sort | tail -n 1)
    fi
    if [[ ${last:-0} > $(last_segment) ]]; then return; fi
    [[ -z $1 ]] || fail "$ARCHIVE has no log after ${BACKUP##*/}: only its own moment can be restored, without --until."
    say "$ARCHIVE has no log after ${BACKUP##*/}: only its own moment, $(said ended "$BACKUP/manifest.json"), can be restored."
}

# last_segment: prints the number of the segment in which the backup ends, without its timeline
last_segment() {
    local end
    end=$(said endLsn "$BACKUP/manifest.json")
    end=$(((16#${end%/*} << 32 | 16#${end#*/}) - 1))
    # PostgreSQL's segments have 16 MB here.
    printf '%08X%08X' $((end >> 32)) $(((end & 0xFFFFFFFF) >> 24))
}

# need_secrets: fails unless everything is in place that the backup only names
need_secrets() {
    local secret missing=()
    while read -r secret; do
        [[ -s $STATE/secrets/$secret ]] || missing+=("$secret")
    done < <(sed -n 's/^ *"secrets": \[\(.*\)\],$/\1/p' "$BACKUP/manifest.json" | tr -d '" ' | tr ',' '\n')
    [[ ${#missing[@]} == 0 ]] ||
        fail "secrets of the shop are missing: put ${missing[*]} into $STATE/secrets, as they were when the backup was made."
    compare_secrets
}

# compare_secrets: fails if a secret lacks a key that it had when the backup was made. A backup of an earlier ./aarya has no digests.
compare_secrets() {
    local secret digest salt wrong=()
    salt=$(said secretSalt "$BACKUP/manifest.json")
    while read -r secret digest; do
        if [[ " ${AARYA_REPLACED_SECRETS-} ${wrong[*]-} " == *" $secret "* ]]; then continue; fi
        [[ $'\n'$(digests_of "$secret" "$salt")$'\n' == *$'\n'$digest$'\n'* ]] || wrong+=("$secret")
    done < <(sed -n 's/.*{ "secret": "\([^"]*\)", "digest": "\([^"]*\)" }.*/\1 \2/p' "$BACKUP/manifest.json")
    [[ ${#wrong[@]} == 0 ]] || fail "${wrong[*]} in $STATE/secrets: not what the shop had when the backup was made." \
        "If it was replaced since on purpose, name it in AARYA_REPLACED_SECRETS."
}

# check_files: compares every file of the backup with its manifest
check_files() {
    local name bytes sum checked=0
    while read -r name bytes sum; do
        as_server test -f "$BACKUP/$name" || fail "the backup is damaged: $BACKUP/$name is missing."
        [[ $(as_server stat -c %s "$BACKUP/$name") == "$bytes" && $(sum_of "$BACKUP/$name") == "$sum" ]] ||
            fail "the backup is damaged: $BACKUP/$name is not what its manifest says."
        checked=$((checked + 1))
    done < <(sed -n 's/.*"name": "\([^"]*\)", "bytes": \([0-9]*\), "sha256": "\([0-9a-f]*\)".*/\1 \2 \3/p' "$BACKUP/manifest.json")
    ((checked == 2)) || fail "the backup is damaged: its manifest names $checked files, not 2."
    did="$checked files, as the manifest says"
}

# ---- the servers' data ----------------------------------------------------------------------------------------------

# make_fresh <folder>
make_fresh() {
    # A verification that was killed has left its servers.
    discard "$1"
    mkdir -p "$1" || fail "cannot make the folder $1."
    chown "$SERVER_USER" "$1"
    chmod 700 "$1"
    as_server test -w "$1" || fail "the user $SERVER_USER, who runs PostgreSQL, may not write in $1."
    need_space "$1" $(($(said restoredMegabytes "$BACKUP/manifest.json") + 512))
}

# restore_parts <empty folder> <until> <timeline>: fills postgres/ and redis/; sets RESTORED_TO and REDIS_AT; both servers are stopped again
restore_parts() {
    step files 'comparing with the manifest' check_files
    step decrypt 'decrypting and checking' decrypt_postgres "$1"
    step recover 'reading the log' recover_postgres "$@"
    step redis 'loading the snapshot' restore_redis "$1"
}

decrypt() { age --decrypt --identity "$IDENTITY" "$1" | gzip --decompress; }

# decrypt_postgres <folder>
decrypt_postgres() {
    need_version
    decrypt "$BACKUP/postgres.tar.gz.age" | as_server tar -C "$1" -xf - || fail "the backup cannot be decrypted with $IDENTITY."
    quietly verifybackup as_server "$PG_BIN/pg_verifybackup" --quiet "$1/postgres"
    did="$(as_server du -sm "$1/postgres" | cut -f1) MB, as PostgreSQL's manifest says"
}

# Data can be read only by the version of PostgreSQL that has written it.
need_version() {
    local version
    version=$(said postgresVersion "$BACKUP/manifest.json")
    if [[ $("$PG_BIN/postgres" --version) == *" $version."* ]]; then return; fi
    [[ -x /usr/lib/postgresql/$version/bin/postgres ]] || fail "the backup is of PostgreSQL $version, which is not installed here."
    PG_BIN=/usr/lib/postgresql/$version/bin
}

# recover_postgres <folder> <until> <timeline>: replays the archived log
recover_postgres() {
    local folder=$1 moment
    # PostgreSQL decrypts the log itself, one segment at a time.
    (umask 077 && as_server tee "$folder/identity" <"$IDENTITY" >/dev/null)
    as_server tee "$folder/restore-wal" <"$ROOT/deploy/script/restore-wal.sh" >/dev/null
    as_server chmod 700 "$folder/restore-wal"
    FRESH_PG_PORT=$(free_port)
    recovery_settings "$@" | as_server tee "$folder/postgres/aarya.conf" >/dev/null
    as_server touch "$folder/postgres/recovery.signal"
    start_fresh_postgres "$folder" || fail "$(why_not_recovered "$folder" "$2")"
    moment=$(ask_fresh "select to_char(pg_last_xact_replay_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')") ||
        fail "the restored PostgreSQL refuses the password in $STATE/secrets/postgres: it is not that of the backup."
    RESTORED_TO=${moment:-$(said ended "$BACKUP/manifest.json")}
    need_whole_log "$folder" "$2"
    as_server "$PG_BIN/pg_ctl" stop --silent --wait --mode fast --pgdata "$folder/postgres" >/dev/null
    as_server rm -f "$folder/identity" "$folder/restore-wal"
    fresh_settings | as_server tee "$folder/postgres/aarya.conf" >/dev/null
    did="to $RESTORED_TO"
}

# Settings of a server that nobody but this script uses; it archives nothing.
fresh_settings() {
    cat <<END
port = $FRESH_PG_PORT
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 800
max_wal_size = 2GB
archive_mode = off
recovery_init_sync_method = syncfs
END
}

# recovery_settings <folder> <until> <timeline>
recovery_settings() {
    fresh_settings
    cat <<END
hot_standby = off
restore_command = '"$1/restore-wal" "$ARCHIVE" "$1/identity" "%f" "%p"'
recovery_target_timeline = '$3'
END
    if [[ -n $2 ]]; then printf "recovery_target_time = '%s'\nrecovery_target_action = 'promote'\n" "$2"; fi
}

# start_fresh_postgres <folder>: returns when it takes connections, after its recovery
start_fresh_postgres() {
    as_server "$PG_BIN/pg_ctl" start --silent --wait --timeout "$RECOVERY_SECONDS" --pgdata "$1/postgres" --log "$1/postgres.log" \
        >/dev/null 2>&1 || return 1
    # For pg_ctl, a server in recovery has started.
    until "$PG_BIN/pg_isready" --quiet --host 127.0.0.1 --port "$FRESH_PG_PORT"; do
        as_server "$PG_BIN/pg_ctl" status --pgdata "$1/postgres" >/dev/null 2>&1 || return 1
        sleep 0.1
    done
}

ask_fresh() {
    PG_PASSWORD=$(<"$STATE/secrets/postgres") PG_PORT=$FRESH_PG_PORT as_postgres_owner -d aarya -tAc "$1" 2>>"$STATE/logs/restore.log"
}

# why_not_recovered <folder> <until>
why_not_recovered() {
    local log=$1/postgres.log damaged
    as_server cat "$log" >"$STATE/logs/recovery.log" || true
    damaged=$(as_server sed -n 's/^restore-wal: //p' "$log" | tail -n 1)
    if [[ -n $damaged ]]; then
        printf 'the archive is damaged: %s.' "$damaged"
    elif as_server grep -q 'recovery ended before configured recovery target' "$log"; then
        printf 'the archived log ends before %s: leave out --until to restore all of it.' "$2"
    else
        printf 'PostgreSQL could not be recovered: %s (full log: %s)' "$(last_error "$log")" "$STATE/logs/recovery.log"
    fi
}

# need_whole_log <folder> <until>: a segment that is missing in the middle of the archive looks to PostgreSQL like its end
need_whole_log() {
    local reached last followed
    if [[ -n $2 || ! -d $ARCHIVE ]]; then return; fi
    reached=$(ask_fresh "select pg_walfile_name(pg_last_wal_replay_lsn())")
    # The last line of its history is the timeline that it has followed until now.
    followed=$(printf '%08X' "$(as_server sed -n 's/^\([0-9]\{1,\}\)\t.*/\1/p' "$1/postgres/pg_wal/$(newest_history "$1")" | tail -n 1)")
    last=$(as_server find "$ARCHIVE" -name "$followed????????????????.age" -printf '%f\n' | cut -c9-24 | sort | tail -n 1)
    # The last segment that PostgreSQL has replayed may be the one after the last archived one, which is empty.
    [[ ! ${last:-0} > ${reached:8} ]] ||
        fail "the archived log has a gap: PostgreSQL was restored to $RESTORED_TO only, though $ARCHIVE has later segments."
}

# restore_redis <folder>: Redis loads its snapshot, then writes the log that the shop's Redis starts from
restore_redis() {
    local folder=$1/redis
    as_server mkdir -m 700 "$folder"
    decrypt "$BACKUP/redis.rdb.gz.age" | as_server tee "$folder/dump.rdb" >/dev/null
    start_fresh_redis "$1" no || fail "Redis did not load its snapshot: $(last_error "$1/redis.log")"
    tell_fresh_redis "$1" CONFIG SET appendonly yes >/dev/null
    await "$RECOVERY_SECONDS" fresh_redis_logs "$1" || fail "Redis did not write its log: $(last_error "$1/redis.log")"
    did="$(tell_fresh_redis "$1" DBSIZE | tr -dc 0-9) keys"
    tell_fresh_redis "$1" SHUTDOWN NOSAVE >/dev/null || true
    await 60 no_fresh_redis "$1" || fail "Redis did not stop: $(last_error "$1/redis.log")"
    as_server rm -f "$folder/dump.rdb" "$folder/redis.conf"
    REDIS_AT=$(said ended "$BACKUP/manifest.json")
}

# start_fresh_redis <folder> <yes | no>: with its log or with its snapshot
start_fresh_redis() {
    local folder=$1/redis
    FRESH_REDIS_PORT=$(free_port)
    as_server tee "$folder/redis.conf" >/dev/null <<END
bind 127.0.0.1
port $FRESH_REDIS_PORT
dir $folder
pidfile $folder/redis.pid
logfile $1/redis.log
daemonize yes
requirepass $(<"$STATE/secrets/redis")
user $(redis_login)
appendonly $2
save ""
maxmemory-policy noeviction
stream-node-max-bytes 16384
END
    as_server redis-server "$folder/redis.conf" >/dev/null 2>&1 && await "$RECOVERY_SECONDS" fresh_redis_answers "$1"
}

tell_fresh_redis() { REDISCLI_AUTH=$(<"$STATE/secrets/redis") redis-cli -h 127.0.0.1 -p "$FRESH_REDIS_PORT" "${@:2}"; }

fresh_redis_answers() { [[ $(tell_fresh_redis "$1" PING 2>/dev/null) == PONG ]]; }

fresh_redis_logs() {
    local state
    state=$(tell_fresh_redis "$1" INFO persistence | tr -d '\r')
    [[ $state == *aof_enabled:1* && $state == *aof_rewrite_in_progress:0* && $state == *aof_rewrite_scheduled:0* &&
        $state == *aof_last_bgrewrite_status:ok* ]]
}

no_fresh_redis() { ! as_server test -e "$1/redis/redis.pid"; }

# ---- verification ---------------------------------------------------------------------------------------------------

# verify_backup [BACKUP]: restores it into fresh servers, and checks there what must hold in the shop's books
verify_backup() {
    local chosen=${1:-newest} began measured code=0
    (($# <= 1)) || fail "backup verify takes one backup, not '$1' and '$2'."
    if [[ $chosen == -* ]]; then fail "backup verify takes a backup: its name, its path, or newest, not '$chosen'."; fi
    if [[ $chosen == */* ]]; then chosen=$(caller_path "$chosen"); fi
    under_verify_lock backup verify "$chosen"
    need_backup_tools
    find_backup "$chosen"
    need_secrets
    say_what_follows ''
    need_build_tools
    if ! release_is_current; then "$ROOT/aarya" release; fi
    need_data_folder
    began=$EPOCHREALTIME
    FRESH=$DATA/verified
    trap end_restore EXIT
    make_fresh "$FRESH"
    restore_parts "$FRESH" '' latest
    step start 'starting both' start_fresh
    measured=$(seconds_since "$began")
    # A build would replace the program under it.
    with_lock run_fresh_command invariants || code=1
    say "Recovery point: $RESTORED_TO, $(seconds_ago "$RESTORED_TO"), for PostgreSQL; $REDIS_AT for Redis."
    say "Recovery time: $measured s, from the first byte read to both servers answering."
    [[ $code == 0 ]] || fail "${BACKUP##*/} can be restored, but what must hold in the shop's data does not."
    date -u +%Y-%m-%dT%H:%M:%SZ | as_server tee "$BACKUP/verified.new" >/dev/null
    as_server mv "$BACKUP/verified.new" "$BACKUP/verified"
    with_lock record_verified
}

record_verified() {
    if running postgres; then
        start_postgres
        BACKUPS=${BACKUP%/*}
        record_backups || fail "${BACKUP##*/} is verified; the next ./aarya backup records it, because PostgreSQL did not."
        say "${BACKUP##*/} is verified."
    else
        say "${BACKUP##*/} is verified; the next ./aarya backup records it, because this clone's PostgreSQL does not run."
    fi
}

# seconds_ago <moment>: prints how long ago it was
seconds_ago() {
    local seconds=$(($(date +%s) - $(date -d "$1" +%s)))
    if ((seconds < 0)); then printf 'in the future by the clock of this machine'; else printf '%s s ago' "$seconds"; fi
}

start_fresh() {
    FRESH_PG_PORT=$(free_port)
    fresh_settings | as_server tee "$FRESH/postgres/aarya.conf" >/dev/null
    start_fresh_postgres "$FRESH" || fail "the restored PostgreSQL did not start: $(last_error "$FRESH/postgres.log")"
    start_fresh_redis "$FRESH" yes || fail "the restored Redis did not start: $(last_error "$FRESH/redis.log")"
    did="$(tell_fresh_redis "$FRESH" DBSIZE | tr -dc 0-9) keys in Redis"
}

# run_fresh_command <command of the program>: against the fresh servers, and the shop's own payment provider
run_fresh_command() {
    PG_PORT=$FRESH_PG_PORT REDIS_PORT=$FRESH_REDIS_PORT run_command "$@"
}
