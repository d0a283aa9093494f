#!/bin/sh
# Runs pgBackRest of the machines' userland, with FOLDER mounted read-only as /mnt:
#
#     look.sh USERLAND FOLDER ARGUMENTS...
set -eu
if [ "${1:-}" != inside ]; then
    exec unshare --mount "$0" inside "$@"
fi
userland=$2 folder=$3
shift 3
mount --bind "$folder" "$userland/mnt"
mount -o remount,bind,ro "$userland/mnt"
exec chroot "$userland" /usr/bin/pgbackrest "$@"
