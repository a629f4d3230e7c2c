#!/usr/bin/env bash
# archive-wal.sh <archive> <recipient> <path> <name>: stores a finished segment of PostgreSQL's write-ahead log, compressed and encrypted.
# PostgreSQL runs it (archive_command), keeps the segment until it succeeds, and may run it again for a segment that is stored already.
set -euo pipefail
archive=$1 recipient=$2 path=$3 name=$4

sum=$(sha256sum <"$path")
if [[ -e $archive/$name.age ]]; then
    [[ $(<"$archive/$name.sha256") == "$sum" ]] && exit
    printf 'archive-wal: %s has another %s already: two servers must not share an archive\n' "$archive" "$name" >&2
    exit 1
fi
gzip -1 <"$path" | age --recipient "$recipient" >"$archive/$name.new"
printf '%s\n' "$sum" >"$archive/$name.sha256"
sync "$archive/$name.new" "$archive/$name.sha256"
mv "$archive/$name.new" "$archive/$name.age"
sync "$archive"
