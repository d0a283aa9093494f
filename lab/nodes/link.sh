#!/bin/sh
# One end of the link to another site, in this site's network: a TUN device, the route over it, and the cable behind it.
#
#     link.sh RECORD USERLAND SCRIPTS SITES DEVICE RANGE ARGUMENTS...
#
# Started in the site's network and in mounts of its own: the userland's Python sees the host's devices, SCRIPTS as /srv and
# SITES, the folder of all sites, as /mnt.
set -eu
record=$1 userland=$2 scripts=$3 sites=$4 device=$5 range=$6
shift 6
mount --rbind /dev "$userland/dev"
mount --bind "$scripts" "$userland/srv"
mount --bind "$sites" "$userland/mnt"
ip() { chroot "$userland" /sbin/ip "$@"; }
# A killed end may have left the device.
ip link delete "$device" 2> /dev/null || :
ip tuntap add dev "$device" mode tun vnet_hdr
ip link set "$device" up txqueuelen 10000
ip route replace "$range" dev "$device"
exec chroot "$userland" /usr/bin/python3 /srv/cable.py "$record" "$device" "$@"
