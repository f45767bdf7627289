#!/bin/bash
# First process of a peer in a container: its own containerd, and the daemon, each restarted when it ends. A fresh peer takes
# the invitation from the folder /meet; the first to come makes the cluster and leaves the invitation there.
set -u
shoal=/opt/shoal/shoal
mkdir -p /var/lib/shoal/cni /run/netns
mount --make-rshared / 2>/dev/null
# A container gets its cgroups and /proc/sys read-only; Pods need both. What cannot be changed is said once.
for path in /proc/sys $(awk '$2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts); do
  mount -o remount,rw,bind "$path" 2>/dev/null || mount -o remount,rw "$path" 2>/dev/null || echo "shoal: $path stays read-only; Pods may lack limits or forwarding" >&2
done
"$shoal" runtime-config > /run/containerd.toml || exit 1
supervise() { while :; do "$@"; echo "shoal: $1 ended with status $?" >&2; sleep 1; done; }
supervise containerd -c /run/containerd.toml > /var/log/containerd.log 2>&1 &

meet() {
  until state=$("$shoal" state 2>/dev/null); do sleep 0.2; done
  [ "$state" = fresh ] || return 0
  if mkdir /meet/claimed 2>/dev/null; then
    "$shoal" init > /dev/null && "$shoal" token create --uses 1000 --ttl 31536000 > /meet/invitation.new && mv /meet/invitation.new /meet/invitation
  else
    until [ -s /meet/invitation ]; do sleep 0.2; done
    "$shoal" join "$(cat /meet/invitation)"
  fi
}
[ -d /meet ] && meet &
address=$(ip -4 -o addr show scope global | awk '{sub("/.*", "", $4); print $4; exit}')
trap 'kill -TERM "$daemon"; wait "$daemon"; exit 0' TERM INT
while :; do
  "$shoal" daemon --address "$address" --cni-dir /var/lib/shoal/cni &
  daemon=$!
  wait "$daemon"
  sleep 1
done
