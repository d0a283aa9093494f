#!/bin/sh
# Another site's object store, off its disk, in this site's network and under the other's address:
#
#     rescue.sh RECORD USERLAND ADDRESS FOLDER DATA VERSITYGW [BUCKET]
#
# Started in the site's network and in mounts of its own, where the folder can only be read: a store's disk, or what is in the one
# BUCKET of a copy.
set -eu
userland=$2 address=$3 folder=$4 data=$5 versitygw=$6 bucket=${7:-}
chroot "$userland" /sbin/ip address replace "$address/32" dev lo
at=$data${bucket:+/objects/$bucket}
mkdir -p "$at"
mount --bind "$folder" "$at"
mount -o remount,bind,ro "$at"
exec "$versitygw"
