// What this peer knows from the state in order to speak for the cluster: the authority, the keys of tokens, and where each
// node's kubelet is.
import type { Clock } from '../base/clock.ts'
import type { Informer } from '../client/informer.ts'
import { issueAdministrator } from '../identity/certificates.ts'
import type { TokenKey } from '../identity/ca.ts'
import type { Node } from '../objects/generated/core-v1.ts'
import { readAuthority } from '../peer/join-desk.ts'
import type { Peer } from '../peer/peer.ts'
import { parseObject, tokenKeyKey } from '../peer/records.ts'
import type { StateReader } from '../store/types.ts'
import { notAMember } from './errors.ts'
import { kubeconfig } from './kubeconfig.ts'
import type { KubeletAddress } from './other-kubelets.ts'

export interface ClusterAccessDeps {
  readonly store: StateReader
  readonly peer: Peer
  readonly clock: Clock
  readonly kubeletPort: number
}

export class ClusterAccess {
  readonly #deps: ClusterAccessDeps
  #nodes: Informer<Node> | undefined

  constructor(deps: ClusterAccessDeps) {
    this.#deps = deps
  }

  /** Where Nodes are read from. */
  follow(nodes: Informer<Node>): void {
    this.#nodes = nodes
  }

  nodes(): readonly Node[] {
    return this.#nodes?.cache.list() ?? []
  }

  /** Keys of service account tokens; empty until the state is here. */
  tokenKeys(): readonly TokenKey[] {
    const value = parseObject(this.#deps.store.get(tokenKeyKey)?.value)
    const { keyId, privateKey, publicKey } = value ?? {}
    return typeof keyId === 'string' && typeof privateKey === 'string' && typeof publicKey === 'string' ? [{ keyId, privateKey, publicKey }] : []
  }

  /** Where a node's kubelet is reached, and by which certificates. */
  endpoint(node: string): KubeletAddress | undefined {
    const found = this.#nodes?.cache.get(node)
    const host = found?.status?.addresses?.find((address) => address.type === 'InternalIP')?.address
    if (host === undefined) return undefined
    const { authority, node: own } = this.#deps.peer.identity
    const port = found?.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? this.#deps.kubeletPort
    return { host, port, ca: authority, serverName: node, certificate: own.certificate, privateKey: own.privateKey }
  }

  /** A kubeconfig for an administrator, good for `server`. Throws SHOAL_NOT_A_MEMBER before the state is here. */
  async adminKubeconfig(server: string): Promise<string> {
    const { store, peer, clock } = this.#deps
    const authority = readAuthority(store)
    if (authority === undefined) throw notAMember.make({ name: peer.identity.file.name })
    const admin = await issueAdministrator(authority, 'shoal-admin', clock.wallMs())
    return kubeconfig({ cluster: peer.identity.file.cluster, server, authority: authority.certificate, ...admin })
  }
}
