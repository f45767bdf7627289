// The first process of a machine: a short shell script, because a shell reaps orphans, costs nothing, and is easy to kill.
// It makes the mounts, waits until the yard has wired its network, and then keeps containerd, the warden and the daemon running.
// Pure text; the yard writes and runs it.
import { dirname, join } from 'node:path'
import type { MachineLayout, YardConfig } from './layout.ts'

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Seconds between the crash of a supervised process and its next start; of one that ended within a second of its start. */
const restartDelaySeconds = '0.02'
const crashLoopDelaySeconds = '1'

/** Text of the init script of one machine. */
export function machineInit(config: YardConfig, machine: MachineLayout, daemonArguments: readonly string[]): string {
  const warden = join(dirname(config.main), 'kubelet/unique/warden.sh')
  const daemon = [config.node, config.main, 'daemon', ...daemonArguments].map(quote).join(' ')
  return `#!/bin/bash
# First process of ${machine.name}. Written by shoal up; changes are overwritten.
export PATH=${quote(config.path)}
mount --make-rslave / 2>/dev/null
mount -t proc proc /proc || exit 70
mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/lock || exit 71
mount --bind ${quote(machine.lib)} /var/lib || exit 72
mount --bind ${quote(machine.log)} /var/log || exit 73
hostname ${machine.name}
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
: > ${quote(machine.born)}
while [ ! -e ${quote(machine.wired)} ]; do sleep 0.02; done

# Restarts its command for ever; a command that ends at once is not restarted in a tight loop.
supervise() {
  local name=$1; shift
  while :; do
    local begun=$SECONDS
    "$@" >> "/var/log/$name.log" 2>&1
    echo "$name ended with status $?" >> /var/log/supervisor.log
    if [ $((SECONDS - begun)) -gt 1 ]; then sleep ${restartDelaySeconds}; else sleep ${crashLoopDelaySeconds}; fi
  done
}

supervise containerd containerd -c ${quote(machine.containerdConfig)} &
(
  until ctr --address /run/containerd/containerd.sock version > /dev/null 2>&1; do sleep 0.05; done
  for archive in /var/lib/images/*.tar; do
    [ -e "$archive" ] || continue
    mark="/var/lib/images/$(basename "$archive").$(stat -c %s-%Y "$archive").imported"
    [ -e "$mark" ] && continue
    ctr --address /run/containerd/containerd.sock -n k8s.io images import "$archive" > /dev/null 2>> /var/log/supervisor.log && : > "$mark"
  done
) &
supervise warden ${quote(warden)} &
supervise daemon ${daemon} &
while :; do wait; sleep 1; done
`
}
