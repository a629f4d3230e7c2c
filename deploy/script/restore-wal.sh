#!/usr/bin/env bash
# restore-wal.sh <archive> <identity> <name> <path>: decrypts a segment of the write-ahead log for PostgreSQL (restore_command).
set -euo pipefail
archive=$1 identity=$2 name=$3 path=$4

# For PostgreSQL, an exit code up to 125 is the end of the archive, and a higher one ends the recovery: a segment that is there and cannot
# be read must not pass for the end.
damaged() {
    printf 'restore-wal: %s cannot be read\n' "$archive/$name.age" >&2
    exit 200
}
[[ -e $archive/$name.age ]] || exit 1
age --decrypt --identity "$identity" "$archive/$name.age" | gzip --decompress >"$path" || damaged
[[ $(sha256sum <"$path") == "$(<"$archive/$name.sha256")" ]] || damaged
