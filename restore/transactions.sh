#!/bin/sh
# The transactions of a segment of WAL that standard input is, told by the machines' userland. In memory alone: it is a registry's data, in plain.
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
