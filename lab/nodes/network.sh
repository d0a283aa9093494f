#!/bin/sh
# The site's network: a namespace with a bridge, to which the machines are plugged in, and the relay in it.
#
#     network.sh RECORD USERLAND ADDRESS/PREFIX COMMAND...
#
# Started in a new network namespace, which ends with it and with the machines. The tools are the userland's.
set -eu
userland=$2 address=$3
shift 3
ip() { chroot "$userland" /sbin/ip "$@"; }
ip link set lo up
ip link add nodes type bridge
ip address add "$address" dev nodes
ip link set nodes up
exec "$@"
