#!/bin/sh
# Another site's object store, off its disk, in this site's network and under the other's address:
#
#     rescue.sh RECORD USERLAND ADDRESS DISK RUN VERSITYGW
#
# Started in the site's network and in mounts of its own, where the disk can only be read.
set -eu
userland=$2 address=$3 disk=$4 run=$5 versitygw=$6
chroot "$userland" /sbin/ip address replace "$address/32" dev lo
mkdir -p "$run/rescue"
mount --bind "$disk" "$run/rescue"
mount -o remount,bind,ro "$run/rescue"
exec "$versitygw" --readonly --iam-dir "$run/rescue/accounts" \
    posix --versioning-dir "$run/rescue/versions" "$run/rescue/objects"
