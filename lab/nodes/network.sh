#!/bin/sh
# The site's network: a namespace with a bridge, to which the machines are plugged in, and the relay in it.
#
#     FILTER=RULESET ROUTES="PODS MACHINE..." network.sh RECORD USERLAND ADDRESS/PREFIX COMMAND...
#
# FILTER is a ruleset of nftables for what comes over links. ROUTES has a line for the pods of each machine: their range, and its address.
# ALLY is an address outside, from which the site's SERVICES are asked.
#
# The script starts in a new network namespace, which ends with it and with the machines. It uses the userland's tools.
set -eu
userland=$2 address=$3
shift 3
ip() { chroot "$userland" /sbin/ip "$@"; }
chroot "$userland" /usr/sbin/nft "$FILTER"
ip link set lo up
# Without an address of its own a bridge takes the lowest of its ports' addresses, and another one when that machine leaves. The other
# machines would then not reach the bridge, and through it the API server, until they have resolved its address again some 5 s later.
ip link add nodes address 02:00:00:00:00:01 type bridge
ip address add "$address" dev nodes
ip link set nodes up
# Packets go between machines and to other sites; there is no interface to anywhere else.
echo 1 > /proc/sys/net/ipv4/ip_forward
echo "${ROUTES:-}" | while read -r pods machine; do
    [ -z "$pods" ] || ip route add "$pods" via "$machine"
done
# Requests to a Service from here are sent to a pod before they leave: services.sh.
[ -z "${ALLY:-}" ] || {
    ip address add "$ALLY/32" dev nodes
    ip route add "$SERVICES" dev nodes src "$ALLY"
}
exec "$@"
