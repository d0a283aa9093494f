#!/bin/bash
# The virtual machine of `npm run test:machine` runs this script once it is up. It starts the whole embassy with one registry, as a user
# would, on a kernel with control groups of version 2 and systemd as init. It reports each step, and then powers the machine off.
#
#     check.sh CLONE
set -uo pipefail
cd "$1"
export HOME=/root PATH=$1/node_modules/.bin:$PATH
logs=/var/log/check
mkdir -p "$logs"
interfaces=$(ls /sys/class/net)

# Runs a step, and reports its result and how many seconds it took by the machine's own clock.
step() {
    local name=$1 began=$SECONDS
    shift
    echo "begun: $name"
    if "$@" > "$logs/current" 2>&1; then
        echo "passed: $name, $((SECONDS - began)) s"
    else
        tail -n 40 "$logs/current"
        echo "failed: $name, $((SECONDS - began)) s"
        exit 1
    fi
}

npm_run() {
    local script=$1
    shift
    node --run "$script" -- "$@"
}

unified() {
    [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ] && [ "$(cat /proc/1/comm)" = systemd ]
}

too_much() {
    ! npm_run start > "$logs/seven" 2>&1 && grep -q "That does not fit: .* npm start -- --registries" "$logs/seven"
}

start() {
    npm_run start --registries taxes | tee "$logs/start" && [ "$(grep -c "2 of 2 real" "$logs/start")" = 2 ]
}

digests() {
    npm_run data digest --site tallinn --registry taxes --json > "$logs/tallinn" &&
        npm_run data digest --site luxembourg --registry taxes --json > "$logs/luxembourg" &&
        grep -q taxes "$logs/tallinn" && cmp "$logs/tallinn" "$logs/luxembourg"
}

restore() {
    npm_run restore --from luxembourg --registry taxes --wait 10m --expect "$logs/tallinn"
}

again() {
    npm_run start | tee "$logs/again" && [ "$(grep -c "no changes" "$logs/again")" = 2 ]
}

status() {
    npm_run lab status
}

nothing_left() {
    npm_run clean
    [ ! -e .embassy ] &&
        ! ls -d /sys/fs/cgroup/embassy-* &&
        ! grep "$PWD/" /proc/mounts &&
        [ "$(ls /sys/class/net)" = "$interfaces" ] &&
        ! pgrep -a "kubelet|containerd|etcd|kube-|cilium|unshare"
}

step "systemd, and control groups of version 2 alone" unified
step "seven registries do not fit into 8 GiB, which is said before anything begins" too_much
step "npm start with one registry on real nodes" start
step "the registry's digests are the same in both sites" digests
step "a restore environment of what Luxembourg has stored, with these digests" restore
step "a second npm start changes nothing" again
step "npm run lab -- status: everything runs" status
step "npm run clean leaves nothing" nothing_left
