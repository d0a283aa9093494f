#!/bin/bash
# A machine of the lab: namespaces of its own for processes, mounts, network, host name and control groups, in them
# Debian's userland and runit as init. Nothing of it is left once its first process has ended: the kernel ends the
# other processes, unmounts and unplugs; the empty control groups are removed by the lab.
#
#     [UNIFIED=MOUNT] [AUDIT=OUTSIDE:INSIDE] machine.sh outside RECORD FOLDER NAME GROUP USERLAND PROGRAMS
#
# UNIFIED is where control groups of version 2 are mounted; without it they are of version 1. AUDIT is the folder with the audit log of the
# site's API server, which runs outside, and where a machine of a control plane has it. FOLDER/etc is what makes this
# machine differ from the next; FOLDER/var keeps what must survive a reboot.
set -eu
stage=$1 folder=$3 name=$4 group=$5 userland=$6 programs=$7

controllers() {
    # On version 1 there is one hierarchy for each controller, and each is mounted by itself.
    awk '$3 == "cgroup" { print $2 }' /proc/self/mounts
}

outside() {
    # It weighs as much as some threads of the host: lab/processes/groups.ts.
    . "$folder/etc/hardware"
    if [ -n "${UNIFIED:-}" ]; then
        join_unified
    else
        join_each
    fi
    # The view of control groups begins with the group that the machine is in now.
    exec unshare --cgroup "$0" apart "${@:2}"
}

join_each() {
    for controller in $(controllers); do
        mkdir -p "$controller/$group"
        if [ -e "$controller/cpuset.cpus" ]; then
            # A new group has neither processors nor memory, and takes no process before it has both.
            cat "$controller/cpuset.cpus" > "$controller/$group/cpuset.cpus"
            cat "$controller/cpuset.mems" > "$controller/$group/cpuset.mems"
        fi
        if [ -e "$controller/$group/cpu.shares" ]; then
            echo $((threads * 1024)) > "$controller/$group/cpu.shares"
        fi
        echo $$ > "$controller/$group/cgroup.procs"
    done
}

join_unified() {
    own=$UNIFIED/$group
    if [ -d "$own" ]; then
        # The former machine has left this group, with groups below it: it takes no process while it passes controllers on to them.
        [ ! -e "$own/cgroup.kill" ] || echo 1 > "$own/cgroup.kill"
        until find "$own" -depth -type d -exec rmdir {} + 2> /dev/null; do sleep 0.05; done
    fi
    mkdir "$own"
    echo $((threads * 100)) > "$own/cpu.weight"
    echo $$ > "$own/cgroup.procs"
}

apart() {
    if [ -n "${UNIFIED:-}" ]; then
        # On version 2 processes are in leaves: a group that passes controllers on to the pods' groups has none itself.
        own=$UNIFIED/$group
        mkdir "$own/system"
        echo $$ > "$own/system/cgroup.procs"
        sed 's/[^ ][^ ]*/+&/g' "$own/cgroup.controllers" > "$own/cgroup.subtree_control"
        # This machine's own programs come before its pods, to which the kubelet gives shares by the declared cores.
        echo 10000 > "$own/system/cpu.weight"
    fi
    exec unshare --fork --pid --kill-child=SIGKILL --mount --net --uts --ipc --propagation private "$0" inside "${@:2}"
}

# The kubelet tells the scheduler what it reads here: the declared hardware, not the host's. Pods have views of their own, which show the
# host's.
show_hardware() {
    . /etc/embassy/hardware
    printf 'MemTotal: %d kB\nSwapTotal: 0 kB\n' "$memory" > /run/meminfo
    mount --bind /run/meminfo /proc/meminfo
    # Processors without data on sockets and nodes are counted, but not named in control groups, where they are unknown.
    possible=$(cat /sys/devices/system/cpu/possible)
    mount -t tmpfs tmpfs /sys/devices/system/node
    mount -t tmpfs tmpfs /sys/devices/system/cpu
    for core in $(seq 0 $((cores - 1))); do mkdir "/sys/devices/system/cpu/cpu$core"; done
    # Cilium needs the host's number of processors, by which the kernel counts.
    echo "$possible" > /sys/devices/system/cpu/possible
}

mount_each() {
    mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
    for controller in $(controllers); do
        options=$(awk -v at="$controller" '$3 == "cgroup" && $2 == at { print $4; exit }' /proc/self/mounts)
        mkdir -p "sys/fs/cgroup/${controller##*/}"
        # Only the controller's own names are taken from the options; the mount shows this machine's group as the root.
        mount -t cgroup -o "$(echo "$options" | tr ',' '\n' | grep -vxE 'rw|ro|relatime|nosuid|nodev|noexec' | paste -sd,)" \
            cgroup "sys/fs/cgroup/${controller##*/}"
    done
    if [ -e sys/fs/cgroup/cpu/cpu.shares ]; then
        # The machine's own programs come first here, too, as on version 2 above.
        mkdir -p sys/fs/cgroup/cpu/system
        echo 262144 > sys/fs/cgroup/cpu/system/cpu.shares
        echo $$ > sys/fs/cgroup/cpu/system/cgroup.procs
    fi
}

inside() {
    root=/run/embassy-machine
    # The mount is in this namespace only: the host's /run stays as it is.
    mount -t tmpfs -o mode=755 tmpfs /run
    mkdir -p "$root" /run/writable/upper /run/writable/work
    mount -t overlay -o "lowerdir=$userland,upperdir=/run/writable/upper,workdir=/run/writable/work" overlay "$root"
    cd "$root"
    mkdir -p proc sys dev run tmp old etc/embassy var/lib var/log usr/local/bin
    mount -t proc proc proc
    mount -t sysfs sysfs sys
    # The network's programs keep their data in the kernel here; it belongs to this machine alone, and goes with it.
    mount -t bpf bpf sys/fs/bpf
    if [ -n "${UNIFIED:-}" ]; then
        mount -t cgroup2 cgroup2 sys/fs/cgroup
    else
        mount_each
    fi
    mount --rbind /dev dev
    mount -t tmpfs -o mode=755 tmpfs run
    mount -t tmpfs -o mode=1777 tmpfs tmp
    mount --bind "$programs" usr/local/bin
    # containerd looks for the plugin in this folder, beside the one that it needs of Debian's.
    ln -s /usr/local/bin/cilium-cni usr/lib/cni/
    mount --bind "$folder/etc" etc/embassy
    mount --bind "$folder/var" var/lib
    mount --bind "$folder/log" var/log
    if [ -n "${AUDIT:-}" ]; then
        mkdir -p ".${AUDIT#*:}"
        mount --bind "${AUDIT%%:*}" ".${AUDIT#*:}"
    fi
    pivot_root . old
    umount -l /old
    mount --make-rshared /
    show_hardware
    echo "$name" > /proc/sys/kernel/hostname
    ip link set lo up
    # The lab plugs the machine in, from the site's network.
    until ip link show eth0 > /dev/null 2>&1; do sleep 0.05; done
    sh /etc/embassy/network.sh
    cp -r /etc/embassy/service /run/service
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root runsvdir -P /run/service
}

"$stage" "$@"
