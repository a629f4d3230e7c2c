# shellcheck shell=bash disable=SC2034 # other parts read these variables
# Backups of this clone's PostgreSQL and Redis: a folder each, beside the archive of the write-ahead log. Everything but the manifest, which
# has no data of the shop, is encrypted with age for the holder of one identity file.

# The secrets without which a restored shop cannot be used; a backup has their names only.
readonly SHOP_SECRETS=(postgres redis redis-login encryption-key payment-api-key payment-webhook-secret)
# PostgreSQL closes a segment of its log at least this often, so this is the most that a lost machine costs.
readonly WAL_SECONDS=60
# How long one segment may take to be stored before a backup fails.
readonly ARCHIVE_SECONDS=120
# Of these a backup has a digest, too: with another one of them a restored shop could not read its personal data, or not ask its provider.
# The others are set again at each start, or PostgreSQL itself refuses them.
readonly COMPARED_SECRETS=(encryption-key payment-api-key payment-webhook-secret)
readonly MOMENT='^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$'
# How each value of a manifest looks.
readonly -A MANIFEST_VALUES=(
    [name]='^backup-[0-9]{8}T[0-9]{6}Z$' [began]=$MOMENT [ended]=$MOMENT [shopVersion]='^[0-9A-Za-z._-]+$' [schemaVersion]='^[0-9a-f]{12}$'
    [postgresVersion]='^[0-9]+$' [postgresSystem]='^[0-9]+$' [timeline]='^[1-9][0-9]*$' [startLsn]='^[0-9A-F]+/[0-9A-F]+$'
    [endLsn]='^[0-9A-F]+/[0-9A-F]+$' [firstSegment]='^[0-9A-F]{24}$' [restoredMegabytes]='^[1-9][0-9]*$' [redisVersion]='^[0-9][0-9.]*$'
    [secretSalt]='^[0-9a-f]{48}$'
)

BACKUP_KEEP=${AARYA_BACKUP_KEEP:-7}

# backup [--to DIRECTORY] | backup verify [BACKUP]
backup() {
    if [[ ${1-} == verify ]]; then
        shift
        verify_backup "$@"
        return
    fi
    local to=''
    if (($# > 0)); then
        [[ $1 == --to ]] || fail "backup accepts --to DIRECTORY or verify, not '$1'."
        [[ -n ${2-} ]] || fail "backup --to takes a directory."
        (($# == 2)) || fail "backup accepts nothing after --to DIRECTORY, not '$3'."
        to=$(caller_path "$2")
    fi
    [[ $BACKUP_KEEP =~ ^[1-9][0-9]{0,3}$ ]] || fail "AARYA_BACKUP_KEEP is '$BACKUP_KEEP': it must be a whole number from 1 to 9999."
    under_lock backup ${to:+--to "$to"}
    need_backup_tools
    local stop=false
    servers_run || stop=true
    # shellcheck disable=SC2064 # $stop is known now
    trap "end_backup $stop" EXIT
    start_servers
    make_backup "${to:-${AARYA_BACKUP_DIRECTORY-}}" "${to:+once}"
}

# caller_path <path>: prints it, absolute; a relative one begins where the caller is
caller_path() { (cd "${OLDPWD:-.}" && realpath -m -- "$1"); }

end_backup() {
    if [[ -n ${UNFINISHED-} ]]; then as_server rm -rf -- "$DATA/backup-work" "$UNFINISHED"; fi
    if $1; then stop_servers_unless_serving; fi
}

need_backup_tools() {
    choose_servers
    [[ $SERVERS == local ]] || fail "a backup needs PostgreSQL and Redis as local processes: install postgresql and redis-server."
    need_age
}

# ---- where ----------------------------------------------------------------------------------------------------------

# need_backup_folder <directory> <true if it may be made> <PostgreSQL's system identifier>: sets BACKUPS, a folder that belongs to the
# servers' user and to this shop alone. Without a directory it is in the state folder or, as with the data, elsewhere where that user may
# not enter it.
need_backup_folder() {
    local folder elsewhere=/var/lib/aarya-$CLONE-backups
    folder=$(realpath -m -- "${1:-$STATE/backups}")
    SERVER_USER=$(server_user)
    need_mount "$folder"
    if [[ ! -e $folder ]]; then
        ! was_used "$folder" || fail "the backups of this shop are in $folder, which is not there: mount it."
        $2 || fail "the folder for backups, $folder, does not exist: mount it, or make it."
    fi
    if [[ -z $1 && ! -e $folder ]] && ! as_server test -x "$STATE" -a -r "$STATE"; then
        mkdir -p "$elsewhere" "$STATE"
        ln -sfn "$elsewhere" "$folder"
        chown "$SERVER_USER" "$elsewhere"
    fi
    if [[ ! -e $folder ]]; then
        mkdir -p "$folder" || fail "cannot make the folder $folder."
        chown "$SERVER_USER" "$folder"
        chmod 700 "$folder"
    fi
    BACKUPS=$(readlink -f "$folder")
    as_server test -w "$BACKUPS" -a -x "$BACKUPS" || fail "the user $SERVER_USER, who runs PostgreSQL, may not write in $BACKUPS."
    need_own_folder "$3"
}

# need_mount <folder>: fails if the folder is below a mount of this machine that is not mounted: it would fill the local disk unseen
need_mount() {
    local target
    while read -r target; do
        if [[ $1/ == "$target"/* ]] && ! mountpoint -q "$target"; then fail "$target is not mounted: mount it, then try again."; fi
    done < <(findmnt --fstab --noheadings --raw --output TARGET 2>/dev/null)
}

# The folders of backups that this clone has used, one per line.
used_folders() { printf '%s' "$STATE/backup-folders"; }

was_used() { grep -qFx -- "$1" "$(used_folders)" 2>/dev/null; }

# need_own_folder <system>: a file in BACKUPS names the shop by the system identifier of its PostgreSQL, which it keeps after a restore. Two
# shops would delete each other's backups; a folder that was used and has lost the file is not the one that it was.
need_own_folder() {
    local marker=$BACKUPS/aarya-shop name owner=$1
    if as_server test -s "$marker"; then
        owner=$(as_server cat "$marker")
    else
        ! was_used "$BACKUPS" || fail "$BACKUPS has lost the backups of this shop: mount their disk." \
            "If they were deleted on purpose, delete the line of the folder in $(used_folders)."
        # It was used by an earlier ./aarya, which wrote no such file.
        for name in $(backups_in "$BACKUPS"); do
            owner=$(said postgresSystem "$BACKUPS/$name/manifest.json")
            [[ $owner == "$1" ]] || break
        done
    fi
    [[ $owner == "$1" ]] || fail "$BACKUPS has the backups of another shop (of PostgreSQL $owner, not $1): name another folder."
    if ! as_server test -s "$marker"; then
        printf '%s\n' "$1" | as_server tee "$marker.new" >/dev/null
        as_server sync "$marker.new"
        as_server mv "$marker.new" "$marker"
    fi
    was_used "$BACKUPS" || printf '%s\n' "$BACKUPS" >>"$(used_folders)"
}

# backup_recipient: prints the public key that backups are encrypted for. Without the setting, a clone makes a pair of keys once; it needs
# only the public one again.
backup_recipient() {
    local recipient=${AARYA_BACKUP_RECIPIENT-} file
    if [[ -z $recipient && ! -s $STATE/secrets/backup-recipient ]]; then
        file=$(secret_file backup-identity age-keygen 2>/dev/null)
        secret_file backup-recipient age-keygen -y "$file" >/dev/null
    fi
    recipient=${recipient:-$(<"$STATE/secrets/backup-recipient")}
    [[ $recipient =~ ^age1[0-9a-z]{58}$ ]] ||
        fail "AARYA_BACKUP_RECIPIENT must be a public key of age, which begins with age1: age-keygen makes one."
    printf '%s' "$recipient"
}

# backups_in <folder>: prints the names of its backups, the newest first
backups_in() { find "$1/" -mindepth 1 -maxdepth 1 -type d -name 'backup-*Z' -printf '%f\n' | sort -r; }

# is_future <backup>: true when its name is of a later time: a clock was wrong. Clocks of different machines may differ by minutes.
is_future() { [[ $1 > backup-$(date -u -d '5 minutes' +%Y%m%dT%H%M%SZ) ]]; }

# said <name> <manifest>: prints a value of a manifest, which has one per line
said() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}$/\1/p" "$2"; }

# ---- one backup -----------------------------------------------------------------------------------------------------

# make_backup [directory] [once]
make_backup() {
    local recipient name began
    need_data_folder
    # A folder that a setting names exists already: if it does not, its disk is not mounted.
    need_backup_folder "${1-}" "$(if [[ -z ${1-} || -n ${2-} ]]; then echo true; else echo false; fi)" "$(system_of_server)"
    ask_postgres "select to_regclass('core.backup')" | grep -q . ||
        fail "this database has no table core.backup: bring it up to date with ./aarya migrate."
    [[ $(ask_postgres 'show archive_mode') == on ]] ||
        fail "PostgreSQL was started by an earlier ./aarya and archives no log: run ./aarya down and ./aarya up once."
    # What a backup has left that was killed: a plain copy as large as the data.
    as_server rm -rf -- "$DATA/backup-work" "$BACKUPS"/*.partial
    need_space "$DATA" "$(ask_postgres 'select sum(pg_database_size(oid))::bigint / 1048576 + 512 from pg_database')"
    recipient=$(backup_recipient)
    began=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    name=backup-${began//[-:]/}
    UNFINISHED=$BACKUPS/$name.partial
    as_server mkdir -m 700 "$DATA/backup-work" "$UNFINISHED"
    step archive 'archiving the log' archive_log "$recipient" "${2-}"
    step postgres 'copying and checking' copy_postgres
    # After PostgreSQL: a message that its copy has as sent must be in a stream of Redis. One that is in both is handled once.
    step redis 'copying and checking' copy_redis
    step encrypt 'compressing and encrypting' encrypt_copies "$recipient"
    finish_backup "$name" "$began"
    record_backups
    # What is elsewhere is kept for as long as its owner wants it.
    if [[ -z ${2-} ]]; then step prune "keeping the newest $BACKUP_KEEP" prune_backups; fi
    say "The backup is $BACKUPS/$name."
    if [[ -z ${AARYA_BACKUP_RECIPIENT-} ]]; then
        say "Only ${STATE/#"$ROOT"\//}/secrets/backup-identity decrypts it: keep that file, and the other secrets, on another machine, too."
    fi
}

ask_postgres() { as_postgres_owner -d aarya -tAc "$1"; }

# archive_log <recipient> [once]: from now on PostgreSQL stores its log beside the backups. A single backup elsewhere does not move the log:
# the earlier backups would lose what follows them, and the folder elsewhere may be gone tomorrow.
archive_log() {
    if [[ ${2-} == once ]]; then
        did="the log is not moved"
        return
    fi
    local archive segment
    archive=$BACKUPS/wal-$(system_of_server)
    set_archive "$archive" "$1"
    ask_postgres 'select pg_reload_conf()' >/dev/null
    # The file that is written now, with what was written in it so far: PostgreSQL itself says when it has stored it.
    ask_postgres "select pg_logical_emit_message(false, 'aarya', 'a backup begins')" >/dev/null
    segment=$(ask_postgres 'select pg_walfile_name(pg_switch_wal())')
    await "$ARCHIVE_SECONDS" is_archived "$segment" ||
        fail "PostgreSQL does not archive its log to $archive: $(ask_postgres 'select last_failed_wal from pg_stat_archiver') failed last" \
            "(see $(last_words postgres))."
    did="the log goes to ${archive##*/}"
}

# set_archive <archive> <recipient>: what PostgreSQL reads at its start, or when it is told to
set_archive() {
    case $1$DATA in
        *[\'\"\$\`\\%]*) fail "PostgreSQL cannot archive from $DATA to $1: name folders without quotes, \$, \`, \\ and %." ;;
    esac
    as_server mkdir -p -m 700 "$1"
    # Renamed, because PostgreSQL may run the present one.
    as_server tee "$DATA/archive-wal.new" <"$ROOT/deploy/script/archive-wal.sh" >/dev/null
    as_server chmod 700 "$DATA/archive-wal.new"
    as_server mv "$DATA/archive-wal.new" "$DATA/archive-wal"
    as_server tee "$DATA/archive.conf" >/dev/null <<END
archive_command = '"$DATA/archive-wal" "$1" "$2" "%p" "%f"'
archive_timeout = $WAL_SECONDS
END
}

# is_archived <segment>
is_archived() { [[ $(ask_postgres "select coalesce(max(last_archived_wal), '') >= '$1' from pg_stat_archiver") == t ]]; }

copy_postgres() {
    quietly basebackup run_basebackup
    quietly verifybackup as_server "$PG_BIN/pg_verifybackup" --quiet "$DATA/backup-work/postgres"
    did="$(as_server du -sm "$DATA/backup-work/postgres" | cut -f1) MB, as the manifest says"
}

run_basebackup() {
    PGPASSWORD=$PG_PASSWORD as_server "$PG_BIN/pg_basebackup" --pgdata "$DATA/backup-work/postgres" --host 127.0.0.1 --port "$PG_PORT" \
        --username aarya --no-password --format plain --wal-method stream --checkpoint fast --manifest-checksums SHA256
}

copy_redis() {
    quietly rdb run_rdb
    quietly checkrdb as_server redis-check-rdb "$DATA/backup-work/redis.rdb"
    did="$(as_server stat -c %s "$DATA/backup-work/redis.rdb") bytes, readable"
}

run_rdb() {
    REDISCLI_AUTH=$REDIS_PASSWORD as_server redis-cli -h 127.0.0.1 -p "$REDIS_PORT" --rdb "$DATA/backup-work/redis.rdb"
}

# encrypt_copies <recipient>
encrypt_copies() {
    as_server tar -C "$DATA/backup-work" -cf - postgres | nice gzip -1 | encrypt "$1" postgres.tar.gz.age
    as_server cat "$DATA/backup-work/redis.rdb" | nice gzip -1 | encrypt "$1" redis.rdb.gz.age
    did="$(as_server du -sm "$UNFINISHED" | cut -f1) MB"
}

# encrypt <recipient> <file>
encrypt() { age --recipient "$1" | as_server tee "$UNFINISHED/$2" >/dev/null; }

# finish_backup <name> <when it began>: a backup has its name only when all of it is on the disk
finish_backup() {
    manifest "$1" "$2" | as_server tee "$UNFINISHED/manifest.json" >/dev/null
    check_manifest "$UNFINISHED/manifest.json"
    as_server sync "$UNFINISHED"/* "$UNFINISHED"
    as_server mv -T "$UNFINISHED" "$BACKUPS/$1"
    as_server sync "$BACKUPS"
    UNFINISHED=''
    as_server rm -rf "$DATA/backup-work"
}

# check_manifest <manifest>: fails unless it has each value, as it must look: a question that failed leaves an empty one
check_manifest() {
    local value
    for value in "${!MANIFEST_VALUES[@]}"; do
        [[ $(as_server cat "$1" | said "$value" /dev/stdin) =~ ${MANIFEST_VALUES[$value]} ]] ||
            fail "the backup is not finished: its $value is '$(as_server cat "$1" | said "$value" /dev/stdin)'."
    done
    if as_server grep -E '^ +\{ "(name|secret)"' "$1" |
        grep -vE '"[a-z.-]+", ("bytes": [1-9][0-9]*, "sha256"|"digest"): "[0-9a-f]{64}" ' >/dev/null; then
        fail "the backup is not finished: its manifest lacks the sum of a file or of a secret."
    fi
}

# digests_of <secret> <salt>: prints one per key that the secret has; a setting may have several
digests_of() {
    local key keys
    read -r -d '' -a keys <"$STATE/secrets/$1" || true
    for key in "${keys[@]}"; do printf '%s\n' "$2" "$1" "$key" | sha256sum | cut -d' ' -f1; done
}

# manifest <name> <when it began>
manifest() {
    local copy=$DATA/backup-work/postgres secret file digest salt secrets=() digests=() files=()
    salt=$(random_hex)
    for secret in "${COMPARED_SECRETS[@]}"; do
        [[ -s $STATE/secrets/$secret ]] || continue
        for digest in $(digests_of "$secret" "$salt"); do
            digests+=("$(printf '    { "secret": "%s", "digest": "%s" }' "$secret" "$digest")")
        done
    done
    for secret in "${SHOP_SECRETS[@]}"; do
        if [[ -s $STATE/secrets/$secret ]]; then secrets+=("\"$secret\""); fi
    done
    for file in postgres.tar.gz.age redis.rdb.gz.age; do
        files+=("$(printf '    { "name": "%s", "bytes": %s, "sha256": "%s" }' \
            "$file" "$(as_server stat -c %s "$UNFINISHED/$file")" "$(sum_of "$UNFINISHED/$file")")")
    done
    cat <<END
{
  "name": "$1",
  "began": "$2",
  "ended": "$(date -u +%Y-%m-%dT%H:%M:%SZ)",
  "shopVersion": "$(git -C "$ROOT" describe --always 2>/dev/null || fingerprint)",
  "schemaVersion": "$(schema_version)",
  "postgresVersion": "$(as_server cat "$copy/PG_VERSION")",
  "postgresSystem": "$(ask_postgres 'select system_identifier from pg_control_system()')",
  "timeline": "$(as_server sed -n 's/^START TIMELINE: //p' "$copy/backup_label")",
  "startLsn": "$(as_server sed -n 's/^START WAL LOCATION: \([^ ]*\) .*/\1/p' "$copy/backup_label")",
  "endLsn": "$(as_server sed -n 's/.*"End-LSN": "\([^"]*\)".*/\1/p' "$copy/backup_manifest")",
  "firstSegment": "$(as_server sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$copy/backup_label")",
  "restoredMegabytes": "$(as_server du -sm "$DATA/backup-work" | cut -f1)",
  "redisVersion": "$(redis-server --version | sed -n 's/.*v=\([^ ]*\).*/\1/p')",
  "secrets": [$(IFS=,; printf '%s' "${secrets[*]}")],
  "secretSalt": "$salt",
  "secretDigests": [
$(IFS=$'\n'; sed '$!s/$/,/' <<<"${digests[*]-}")
  ],
  "files": [
$(IFS=$'\n'; sed '$!s/$/,/' <<<"${files[*]}")
  ]
}
END
}

sum_of() { as_server sha256sum "$1" | cut -d' ' -f1; }

# schema_version: prints a name of the definitions that the schemas of all contexts were last brought to
schema_version() {
    local context union=()
    for context in core commerce payment content search; do
        if [[ -n $(ask_postgres "select to_regclass('$context.applied_schema')") ]]; then
            union+=("select definition from $context.applied_schema")
        fi
    done
    ask_postgres "select left(encode(sha256(convert_to(string_agg(definition, '' order by definition), 'UTF8')), 'hex'), 12)
        from (${union[*]/%/ union all} select null) as applied(definition)"
}

# ---- what is known about backups ------------------------------------------------------------------------------------

# record_backups: the table core.backup gets what the folder has, so that a restored or an older database knows it, too
record_backups() {
    local name manifest verified rows=''
    for name in $(backups_in "$BACKUPS"); do
        manifest=$BACKUPS/$name/manifest.json
        verified=null
        [[ $(said began "$manifest") =~ $MOMENT && $(said ended "$manifest") =~ $MOMENT ]] || continue
        [[ $(said postgresSystem "$manifest") == "$(system_of_server)" ]] || continue
        if [[ $(verified_at "$BACKUPS/$name") =~ $MOMENT ]]; then verified="'$(verified_at "$BACKUPS/$name")'"; fi
        rows+="${rows:+, }('$name', '$(said began "$manifest")', '$(said ended "$manifest")', $verified)"
    done
    [[ -n $rows ]] || return 0
    ask_postgres "insert into core.backup as b (name, began_at, ended_at, verified_at) values $rows
        on conflict (name) do update set verified_at = coalesce(excluded.verified_at, b.verified_at)" >/dev/null
}

# verified_at <backup>: prints when it was verified; nothing if it was not
verified_at() { as_server cat "$1/verified" 2>/dev/null || true; }

# prune_backups: deletes all but the newest, and never the newest that was verified; then the log that only deleted ones needed. One of a
# future time takes no place of another, and is kept until its time has come.
prune_backups() {
    local lock
    # What is verified now must stay, and its log.
    exec {lock}>>"$STATE/verify.lock"
    if flock --nonblock "$lock"; then prune_now; else did="nothing deleted: a backup is being verified"; fi
    exec {lock}>&-
}

prune_now() {
    local name first kept=0 later=0 gone=0 verified='' oldest='' names=() newest=''
    for name in $(backups_in "$BACKUPS"); do
        if is_future "$name" || ((kept < BACKUP_KEEP)) || { [[ -z $verified ]] && as_server test -s "$BACKUPS/$name/verified"; }; then
            names+=("'$name'")
            if is_future "$name"; then
                later=$((later + 1))
            else
                if ((kept < BACKUP_KEEP)); then newest=$name; fi
                kept=$((kept + 1))
                if as_server test -s "$BACKUPS/$name/verified"; then verified=$name; fi
            fi
            # After a restore a newer backup may begin earlier in the log, on another timeline.
            if [[ $(said postgresSystem "$BACKUPS/$name/manifest.json") == "$(system_of_server)" ]]; then
                first=$(said firstSegment "$BACKUPS/$name/manifest.json")
                if [[ -z $oldest || ${first:8} < ${oldest:8} ]]; then oldest=$first; fi
            fi
        else
            # First it loses its name: a deletion that is interrupted leaves nothing that looks like a backup.
            as_server mv "$BACKUPS/$name" "$BACKUPS/$name.partial"
            as_server rm -rf "$BACKUPS/$name.partial"
            gone=$((gone + 1))
        fi
    done
    if [[ -n $newest ]]; then forget_before "$newest" "${names[@]}"; fi
    if [[ -n $oldest ]]; then prune_log "$oldest"; fi
    did="$kept kept, $gone deleted"
    if ((later > 0)); then did+=", $later of a future time"; fi
}

# forget_before <backup> <names, quoted>: the table loses the rows of deleted backups, those that a restore has brought back included. One
# elsewhere that is the newest known to be restorable stays: its age is watched.
forget_before() {
    ask_postgres "delete from core.backup where name < '$1' and name <> all (array[$(IFS=,; printf '%s' "${*:2}")])
        and name is distinct from (select name from core.backup
            where verified_at is not null and ended_at <= now() + interval '5 minutes' order by ended_at desc limit 1)" >/dev/null
}

system_of_server() { ask_postgres 'select system_identifier from pg_control_system()'; }

# prune_log <first segment that is still needed>
prune_log() {
    local extension archive
    archive=$BACKUPS/wal-$(system_of_server)
    as_server test -d "$archive" || return 0
    for extension in .age .sha256; do as_server "$PG_BIN/pg_archivecleanup" -x "$extension" "$archive" "$1"; done
}
