// What this peer does to speak for the cluster: a kubeconfig signed by its authority, and the way to each node's kubelet.
// Who holds the authority's key is the peer's matter.
import type { Informer } from '../client/informer.ts'
import { createPrivateKeyPem } from '../identity/ca.ts'
import { createCsr } from '../identity/certificates.ts'
import type { Node } from '../objects/generated/core-v1.ts'
import type { Peer } from '../peer/peer.ts'
import { notAMember } from './errors.ts'
import { kubeconfig } from './kubeconfig.ts'
import type { KubeletAddress } from './other-kubelets.ts'

export interface ClusterAccessDeps {
  readonly peer: Peer
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

  /** Where a node's kubelet is reached, and by which certificates. */
  endpoint(node: string): KubeletAddress | undefined {
    const found = this.#nodes?.cache.get(node)
    const host = found?.status?.addresses?.find((address) => address.type === 'InternalIP')?.address
    if (host === undefined) return undefined
    const { authority, node: own } = this.#deps.peer.identity
    const port = found?.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? this.#deps.kubeletPort
    return { host, port, ca: authority, serverName: node, certificate: own.certificate, privateKey: own.privateKey }
  }

  /** A kubeconfig for an administrator, good for `server`. Throws SHOAL_NOT_A_MEMBER before the state is here, SHOAL_NO_SIGNER. */
  async adminKubeconfig(server: string): Promise<string> {
    const { peer } = this.#deps
    const authority = peer.keys.authorityCertificate()
    if (authority === undefined) throw notAMember.make({ name: peer.identity.file.name })
    const privateKey = createPrivateKeyPem()
    const certificate = await peer.signing.administrator(await createCsr(privateKey))
    return kubeconfig({ cluster: peer.identity.file.cluster, server, authority, certificate, privateKey })
  }
}
