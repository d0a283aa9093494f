#!/bin/sh
# Lists the transactions in a segment of WAL from standard input, with the machines' userland. The data stays in memory, because it is in the clear.
#
#     transactions.sh USERLAND NAME PROGRAMS
set -eu
if [ "${1:-}" != inside ]; then
    exec unshare --mount "$0" inside "$@"
fi
userland=$2 name=$3 programs=$4
mount -t tmpfs -o size=64m,mode=0700 tmpfs "$userland/mnt"
cat > "$userland/mnt/$name"
exec chroot "$userland" "$programs/pg_waldump" --rmgr=Transaction "/mnt/$name"
