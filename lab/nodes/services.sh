#!/bin/sh
# kube-proxy in the site's network: what comes over a link for the address of a Service goes on to a pod, with its sender's
# own address, and what the pod answers passes here again on its way back.
#
#     services.sh RECORD USERLAND PROGRAMS CONFIG
#
# Started in the site's network and in mounts of its own: the userland, whose nft it calls, sees the host's devices and
# processes, PROGRAMS as /srv and CONFIG as /mnt.
set -eu
userland=$2 programs=$3 config=$4
mount --rbind /dev "$userland/dev"
mount --rbind /proc "$userland/proc"
mount --bind "$programs" "$userland/srv"
mount --bind "$config" "$userland/mnt"
exec chroot "$userland" /srv/kube-proxy --config=/mnt/services.yaml
