// What the kernel must know so that Pods of different machines reach each other: one VXLAN device, and for each other machine
// a route to its Pods, a neighbour and a forwarding entry. Pure. Addresses follow from Pod CIDRs, so nothing is negotiated.

/** A machine that carries Pods. */
export interface OverlayNode {
  readonly name: string
  readonly address: string
  /** `10.244.3.0/24`. */
  readonly podCidr: string
}

/** What must be there for one other machine. */
export interface OverlayPeer {
  readonly address: string
  readonly podCidr: string
  /** The first address of its Pod CIDR: its VXLAN device. */
  readonly gateway: string
  readonly mac: string
}

/** Name of the bridge on which a machine's Pods sit. */
export const bridgeName = 'cni0'
/** Name of the VXLAN device. */
export const deviceName = 'shoal.vx'
/** Name of the Pod network in CNI's configuration, and of the folder in which its addresses are kept. */
export const networkName = 'shoal'
export const vxlanId = 42
export const vxlanPort = 8472

const networkAddress = (podCidr: string): string => podCidr.split('/')[0] ?? ''

/** The bridge's address: the first host of the Pod CIDR. */
export const gatewayOf = (podCidr: string): string => networkAddress(podCidr).replace(/\d+$/, (last) => String(Number(last) + 1))

/** The device's hardware address: locally administered, made from its network address. */
export function macOf(podCidr: string): string {
  const octets = networkAddress(podCidr).split('.').map(Number)
  return ['02', '00', ...octets.map((octet) => octet.toString(16).padStart(2, '0'))].join(':')
}

const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)

/**
 * The address before this one, when both are addresses of Pods of the CIDR. The address manager (CNI's host-local) gives
 * the one after the last that it gave, so this is what it must be told to give `address` next.
 */
export function addressBefore(address: string, podCidr: string): string | undefined {
  const [network = '', bits = '32'] = podCidr.split('/')
  const offset = numberOf(address) - numberOf(network)
  // The network's own address is nobody's, the first one is the bridge's.
  if (!(offset >= 2 && offset < 2 ** (32 - Number(bits)) - 1)) return undefined
  const before = numberOf(address) - 1
  return [24, 16, 8, 0].map((shift) => Math.floor(before / 2 ** shift) % 256).join('.')
}

/** What is wanted for every machine but this one. */
export function overlayPeers(nodes: readonly OverlayNode[], self: string): readonly OverlayPeer[] {
  return nodes
    .filter((node) => node.name !== self && node.address !== '' && node.podCidr !== '')
    .map((node) => ({ address: node.address, podCidr: node.podCidr, gateway: networkAddress(node.podCidr), mac: macOf(node.podCidr) }))
    .sort((a, b) => (a.podCidr < b.podCidr ? -1 : 1))
}

/** Lines for `ip -batch -` and `bridge -batch -` that lead from one set of peers to another. */
export function overlayChange(before: readonly OverlayPeer[], after: readonly OverlayPeer[]): { readonly ip: readonly string[]; readonly bridge: readonly string[] } {
  const same = (a: OverlayPeer, b: OverlayPeer): boolean => a.podCidr === b.podCidr && a.address === b.address
  const gone = before.filter((peer) => !after.some((other) => same(peer, other)))
  const come = after.filter((peer) => !before.some((other) => same(peer, other)))
  return {
    ip: [
      ...gone.flatMap((peer) => [`route del ${peer.podCidr} dev ${deviceName}`, `neigh del ${peer.gateway} dev ${deviceName}`]),
      ...come.flatMap((peer) => [
        `neigh replace ${peer.gateway} lladdr ${peer.mac} dev ${deviceName} nud permanent`,
        `route replace ${peer.podCidr} via ${peer.gateway} dev ${deviceName} onlink`,
      ]),
    ],
    bridge: [
      ...gone.map((peer) => `fdb del ${peer.mac} dev ${deviceName} dst ${peer.address}`),
      ...come.map((peer) => `fdb replace ${peer.mac} dev ${deviceName} dst ${peer.address}`),
    ],
  }
}

/** The CNI configuration of this machine's bridge. */
export function cniConfiguration(podCidr: string, mtu: number, dataDirectory: string): string {
  const bridge = {
    type: 'bridge',
    bridge: bridgeName,
    isGateway: true,
    ipMasq: false,
    hairpinMode: true,
    mtu,
    ipam: { type: 'host-local', dataDir: dataDirectory, ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }] },
  }
  return `${JSON.stringify({ cniVersion: '0.4.0', name: networkName, plugins: [bridge] }, null, 2)}\n`
}
