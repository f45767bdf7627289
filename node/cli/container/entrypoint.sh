#!/bin/bash
# First process of a peer in a container: it finds out which peer this container is, takes that peer's folder of the volume
# /data, and runs a containerd of the peer's own and the daemon, each restarted when it ends. The daemon meets the others
# through the volume /meeting by itself. What the container holds back from Pods is given to them here, once.
set -u
shoal=/opt/shoal/shoal
say() { echo "shoal: $*" >&2; }
stopping=
daemon=
trap 'stopping=yes; [ -n "$daemon" ] && kill -TERM "$daemon" 2> /dev/null' TERM INT

# Docker's network interfaces come and go when the container is connected and disconnected; those of Pods are not meant.
own_address() { ip -4 -o addr show scope global 2> /dev/null | awk '$2 ~ /^eth/ { sub("/.*", "", $4); print $4; exit }'; }
see_interfaces() {
  local index file
  interfaces=
  for file in /sys/class/net/eth*/ifindex; do { read -r index < "$file" && interfaces+="$index "; } 2> /dev/null; done
}

# Docker's name server tells the name of the container at an address: project_peer_3 (compose 1), project-peer-3 (compose 2).
own_container() { getent -s hosts:dns hosts "$(own_address)" | awk '{ sub("[.].*", "", $2); print $2 }'; }

# Takes a folder of /data for as long as this process lives.
take() {
  [ -d "/data/$1" ] && exec 9> "/data/$1/lock" && flock -n 9 && name=$1
}

# The folder that this container had before; that of its number; the first that no container uses, since compose gives a
# container that replaces another a new number; at last a new one, with its own number if that is free.
choose_folder() {
  local service number candidate
  [ -f /opt/shoal/peer ] && take "$(cat /opt/shoal/peer)" && return
  if ! [[ $(own_container) =~ [_-]([a-z0-9]+)[_-]([0-9]+)$ ]]; then
    name=$(own_container | tr 'A-Z_.' 'a-z--')
    name=${name:-$(hostname)}
    return
  fi
  service=${BASH_REMATCH[1]} number=${BASH_REMATCH[2]}
  take "$service-$number" && return
  for candidate in $(cd /data && ls | grep -E "^$service-[0-9]+$" | sort -V); do take "$candidate" && return; done
  until mkdir "/data/$service-$number" 2> /dev/null; do number=$((number % 1000 + 1)); done
  take "$service-$number"
}

until [ -n "$(own_address)" ] || [ -n "$stopping" ]; do sleep 0.2; done
mkdir -p /data /meeting
name=${SHOAL_NAME:-}
if [ -z "$name" ]; then
  exec 8> /data/lock && flock 8 || exit 1
  choose_folder
  exec 8>&-
fi
folder=/data/$name
mkdir -p "$folder"
echo "$name" > /opt/shoal/peer
if [ "$(readlink /proc/$$/fd/9 2> /dev/null)" != "$folder/lock" ]; then
  exec 9> "$folder/lock"
fi
if ! flock -n 9; then
  say "another container uses $folder; waiting until it ends"
  flock 9 &
  wait $! || { [ -n "$stopping" ] && exit 0; }
fi

for path in /var/lib/shoal /var/lib/containerd /var/log/pods; do
  mkdir -p "$path" "$folder$path"
  mount --bind "$folder$path" "$path" || { say "cannot mount: the container needs cap_add SYS_ADMIN, and apparmor and seccomp unconfined"; exit 1; }
done
mkdir -p /var/lib/shoal/cni /run/netns
mount --make-rshared /
# A container gets its cgroups and /proc/sys read-only; Pods need both.
for path in /proc/sys $(awk '$2 ~ "^/sys/fs/cgroup" { print $2 }' /proc/mounts); do
  mount -o remount,rw,bind "$path" 2> /dev/null || mount -o remount,rw "$path" 2> /dev/null || say "$path stays read-only; Pods may lack limits or forwarding"
done
# Cgroup v2 gives controllers to the groups below only where no process is in the group itself.
if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/peer
  while read -r process; do echo "$process" > /sys/fs/cgroup/peer/cgroup.procs; done < /sys/fs/cgroup/cgroup.procs 2> /dev/null
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control; done
fi

"$shoal" runtime-config > /run/containerd.toml || exit 1
while :; do
  containerd -c /run/containerd.toml >> /run/containerd.log 2>&1 9>&-
  say "containerd ended with status $?; see /run/containerd.log"
  sleep 1
done &
# Ends what must be unique when the daemon cannot.
while :; do
  /opt/shoal/node/kubelet/unique/warden.sh 9>&-
  say "the warden ended with status $?"
  sleep 1
done &
# Every Pod starts from this image; it comes with ours.
until ctr -n k8s.io images list -q > /run/images 2> /dev/null; do sleep 0.1; done
grep -q '/pause:' /run/images || ctr -n k8s.io images import /opt/shoal/pause.tar > /dev/null

# Another address is another machine to everybody who looks from outside: the daemon starts anew with it, and its Pods run on.
watch_interfaces() {
  local before=$1
  while sleep 0.5; do
    see_interfaces
    # Without an interface there is nothing to start with; the daemon goes on alone meanwhile.
    [ -n "$interfaces" ] && [ "$interfaces" != "$before" ] && [ -n "$(own_address)" ] && break
  done
  say "the network of this container changed; starting the daemon anew"
  kill -TERM "$2"
}

while [ -z "$stopping" ]; do
  until [ -n "$(own_address)" ] || [ -n "$stopping" ]; do sleep 0.2; done
  see_interfaces
  startedAt=$SECONDS
  "$shoal" daemon --name "$name" --address "$(own_address)" --meeting /meeting --cni-dir /var/lib/shoal/cni 9>&- &
  daemon=$!
  watch_interfaces "$interfaces" "$daemon" 9>&- &
  watcher=$!
  # A signal ends the wait early; the daemon still has to end.
  while kill -0 "$daemon" 2> /dev/null; do wait "$daemon"; status=$?; done
  moved=
  kill "$watcher" 2> /dev/null || moved=yes
  [ -n "$stopping" ] && break
  [ -n "$moved" ] && continue
  case $status in
    0)
      say "$name has left the cluster. Its container idles; started anew, it joins as a new peer"
      while [ -z "$stopping" ]; do sleep 1 & wait $!; done ;;
    78) exit 78 ;;
    *)
      say "the daemon ended with status $status"
      # One that ends again and again leaves the processor to the others.
      [ $((SECONDS - startedAt)) -lt 10 ] && sleep 2 ;;
  esac
done
exit 0
