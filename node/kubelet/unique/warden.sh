#!/bin/bash
# The warden: ends the Pods that must be unique when this peer's lease is over and the daemon has not done it, because it hangs,
# stands still or is gone. It is no child of the daemon: a machine's first process or systemd runs it. It is a shell script, so it
# costs 3 MB and nothing while there is nothing to do. What it knows lies in a folder (warden-files.ts): the lease's end by
# the boot-time clock, and a file for each Pod, named by its uid, with its sandboxes. It starts nothing and never asks anybody.
set -u
folder=${1:-/run/shoal/warden}
# The daemon gives containers a second to end by themselves; after this long nothing may run.
grace_ms=1250
period=0.5
rest_rounds=4

# Waits without a process of its own.
exec {idle}<> <(:)
pause() { read -rt "$period" -u "$idle"; }

# Milliseconds by the boot-time clock, which goes on while the machine sleeps.
now_ms() {
  local uptime
  read -r uptime _ < /proc/uptime
  now=$((10#${uptime/./} * 10))
}

lease_end_ms() {
  local text=
  [ -e "$folder/lease" ] && read -r text _ < "$folder/lease"
  [[ $text =~ ^[0-9]+$ ]] && end=$text || end=0
}

# Kills every process of the Pods noted: what descends from the shim of one of their sandboxes, and what is in one of their
# control groups. Shims stay, and tell the runtime what happened. Answers whether there was any.
end_pods() {
  local -A parents=() doomed=() sandboxes=() uids=()
  local file line pid stat rest arguments each killed=1
  for file in "$folder"/pods/*; do
    uids[${file##*/}]=1
    mapfile -t lines < "$file" 2> /dev/null
    for line in "${lines[@]}"; do sandboxes[$line]=1; done
  done
  for each in /proc/[0-9]*; do
    pid=${each##*/}
    stat=
    { read -r stat < "$each/stat"; } 2> /dev/null || continue
    rest=${stat##*) }
    read -r _ parents[$pid] _ <<< "$rest"
    if [[ $stat == *'(containerd-shim'* ]]; then
      arguments=()
      { mapfile -d '' -t arguments < "$each/cmdline"; } 2> /dev/null
      for line in "${!arguments[@]}"; do
        [ "${arguments[$line]}" = -id ] && [ -n "${sandboxes[${arguments[$((line + 1))]:-none}]:-}" ] && doomed[$pid]=shim
      done
      continue
    fi
    lines=()
    { mapfile -t lines < "$each/cgroup"; } 2> /dev/null
    for line in "${lines[@]}"; do
      [[ $line =~ /pod([0-9a-f-]+)(/|$) ]] && [ -n "${uids[${BASH_REMATCH[1]}]:-}" ] && doomed[$pid]=yes
    done
  done
  for pid in "${!parents[@]}"; do
    each=$pid
    while [ "${each:-0}" -gt 1 ] && [ -z "${doomed[$each]:-}" ]; do each=${parents[$each]:-0}; done
    [ "${each:-0}" -gt 1 ] || continue
    [ "${doomed[$pid]:-}" = shim ] && continue
    kill -KILL "$pid" 2> /dev/null && killed=0
  done
  return $killed
}

resting=0
while :; do
  pause
  pods=("$folder"/pods/*)
  [ -e "${pods[0]}" ] || continue
  lease_end_ms
  now_ms
  [ "$now" -ge $((end + grace_ms)) ] || { resting=0; continue; }
  # While nothing is found there is no need to look at every process twice a second.
  [ "$resting" -gt 0 ] && { resting=$((resting - 1)); continue; }
  if end_pods; then
    echo "the lease was over for $((now - end)) ms and Pods that must be unique still ran: they were ended"
  else
    resting=$rest_rounds
  fi
done
