#!/bin/bash
# First process of peer-1. Written by shoal up; changes are overwritten.
export PATH='/usr/bin:/bin'
mount --make-rslave / 2>/dev/null
mount -t proc proc /proc || exit 70
mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/lock || exit 71
mount --bind '/h/m1/lib' /var/lib || exit 72
mount --bind '/h/m1/log' /var/log || exit 73
hostname peer-1
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
: > '/h/m1/born'
while [ ! -e '/h/m1/wired' ]; do sleep 0.02; done

# Restarts its command for ever; a command that ends at once is not restarted in a tight loop.
supervise() {
  local name=$1; shift
  while :; do
    local begun=$SECONDS
    "$@" >> "/var/log/$name.log" 2>&1
    echo "$name ended with status $?" >> /var/log/supervisor.log
    if [ $((SECONDS - begun)) -gt 1 ]; then sleep 0.02; else sleep 1; fi
  done
}

supervise containerd containerd -c '/h/m1/containerd.toml' &
(
  until ctr --address /run/containerd/containerd.sock version > /dev/null 2>&1; do sleep 0.05; done
  for archive in /var/lib/images/*.tar; do
    [ -e "$archive" ] || continue
    mark="/var/lib/images/$(basename "$archive").$(stat -c %s-%Y "$archive").imported"
    [ -e "$mark" ] && continue
    ctr --address /run/containerd/containerd.sock -n k8s.io images import "$archive" > /dev/null 2>> /var/log/supervisor.log && : > "$mark"
  done
) &
supervise warden '/s/kubelet/unique/warden.sh' &
supervise daemon '/n/node' '/s/main.ts' 'daemon' '--name' 'peer-1' &
while :; do wait; sleep 1; done
