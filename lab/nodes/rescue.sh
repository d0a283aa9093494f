#!/bin/sh
# Serves another site's object store from its disk, in this site's network and at the other's address:
#
#     rescue.sh RECORD USERLAND ADDRESS FOLDER DATA VERSITYGW [BUCKET]
#
# The script starts in the site's network and in mounts of its own, where the folder is read-only: it is a store's disk, or the content of the
# one BUCKET of a copy.
set -eu
userland=$2 address=$3 folder=$4 data=$5 versitygw=$6 bucket=${7:-}
chroot "$userland" /sbin/ip address replace "$address/32" dev lo
at=$data${bucket:+/objects/$bucket}
mkdir -p "$at"
mount --bind "$folder" "$at"
mount -o remount,bind,ro "$at"
exec "$versitygw"
