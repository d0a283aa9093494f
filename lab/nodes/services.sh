#!/bin/sh
# kube-proxy in the site's network: it passes packets that come over a link for the address of a Service on to a pod, with their sender's own
# address, and the pod's answers come back through here.
#
#     services.sh RECORD USERLAND PROGRAMS CONFIG
#
# The script starts in the site's network and in mounts of its own: the userland, whose nft it calls, sees the host's devices and processes,
# PROGRAMS as /srv and CONFIG as /mnt.
set -eu
userland=$2 programs=$3 config=$4
mount --rbind /dev "$userland/dev"
mount --rbind /proc "$userland/proc"
mount --bind "$programs" "$userland/srv"
mount --bind "$config" "$userland/mnt"
exec chroot "$userland" /srv/kube-proxy --config=/mnt/services.yaml
