// Ports that a Pod takes on its node itself (hostPort, hostNetwork): two Pods cannot hold the same one.
// Two ports conflict when number and protocol are equal and the addresses are equal or one is every address.
import type { Pod } from '../generated/core-v1.ts'

export interface HostPort {
  readonly address: string
  readonly protocol: string
  readonly port: number
}

const everyAddress = '0.0.0.0'

/** The node ports that the Pod takes. With hostNetwork defaulting has made every container port one. */
export function hostPorts(pod: Pod): readonly HostPort[] {
  const found: HostPort[] = []
  for (const container of pod.spec?.containers ?? []) {
    for (const port of container.ports ?? []) {
      if (port.hostPort === undefined || port.hostPort === 0) continue
      found.push({ address: port.hostIP === undefined || port.hostIP === '' ? everyAddress : port.hostIP, protocol: port.protocol ?? 'TCP', port: port.hostPort })
    }
  }
  return found
}

/** Whether any wanted port is taken. */
export function portsConflict(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  return wanted.some((one) => taken.some((other) => other.port === one.port && other.protocol === one.protocol
    && (other.address === one.address || other.address === everyAddress || one.address === everyAddress)))
}
