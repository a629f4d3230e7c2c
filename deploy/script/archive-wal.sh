#!/usr/bin/env bash
# archive-wal.sh <archive> <recipient> <path> <name>: stores a finished segment of PostgreSQL's write-ahead log, compressed and encrypted.
# PostgreSQL runs it (archive_command), keeps the segment until it succeeds, and may run it again for a segment that is stored already.
set -euo pipefail
archive=$1 recipient=$2 path=$3 name=$4
# Less than a backup waits for its segment (ARCHIVE_SECONDS in backup.sh), so that the backup can name the failure.
limit=${ARCHIVE_LIMIT:-100}

# PostgreSQL counts a failure only if its code is at most 125.
refuse() {
    printf 'archive-wal: %s\n' "$1" >&2
    exit 1
}

store() {
    local sum
    sum=$(sha256sum <"$path")
    if [[ -e $archive/$name.age ]]; then
        if [[ $(<"$archive/$name.sha256") == "$sum" ]]; then
            # The earlier attempt may have ended before its own sync.
            sync "$archive/$name.age" "$archive/$name.sha256" "$archive"
            return
        fi
        printf 'archive-wal: %s has another %s already: two servers must not share an archive\n' "$archive" "$name" >&2
        exit 2
    fi
    gzip -1 <"$path" | age --recipient "$recipient" >"$archive/$name.new"
    printf '%s\n' "$sum" >"$archive/$name.sha256"
    sync "$archive/$name.new" "$archive/$name.sha256"
    mv "$archive/$name.new" "$archive/$name.age"
    sync "$archive"
}

# The system may hold a process that reads an unreachable folder, so that not even a kill ends it. Nobody waits for such an attempt beyond
# the limit, and while it has the lock, which is on the disk of the data, there is no second one for this archive.
exec 9>>"${BASH_SOURCE[0]}.$(printf '%s' "$archive" | cksum | cut -d' ' -f1).lock"
flock --nonblock 9 || refuse "an earlier attempt still waits for $archive"
# Each has a process group of its own, for the kill.
set -m
store &
attempt=$!
sleep "$limit" 9>&- &
clock=$!
end() { kill -KILL -- "-$1" 2>/dev/null || true; }
trap 'end "$attempt"; end "$clock"; exit 1' HUP INT QUIT TERM
code=0
wait -n "$attempt" "$clock" || true
end "$clock"
if kill -0 "$attempt" 2>/dev/null; then
    end "$attempt"
    refuse "$archive did not store $name within $limit s"
fi
# Its own status, which the one of the clock must not hide.
wait "$attempt" || code=$?
case $code in
    0) ;;
    # The attempt has said why.
    2) exit 1 ;;
    *) refuse "$archive did not store $name" ;;
esac
