// What this peer does to speak for the cluster: a kubeconfig signed by its authority, the address at which any peer's API
// answers, and the way to each node's kubelet. Who holds the authority's key is the peer's matter.
import { apiBalancer } from '../apiserver/bootstrap.ts'
import { keyOf } from '../client/object-cache.ts'
import type { Informer } from '../client/informer.ts'
import { createPrivateKeyPem } from '../identity/ca.ts'
import { createCsr } from '../identity/certificates.ts'
import type { Node, Service } from '../objects/generated/core-v1.ts'
import { internalAddress } from '../objects/node-address.ts'
import type { Peer } from '../peer/peer.ts'
import { notAMember } from './errors.ts'
import { kubeconfig } from './kubeconfig.ts'
import type { KubeletAddress } from './other-kubelets.ts'

const balancerKey = `${apiBalancer.namespace}/${apiBalancer.name}`

export interface ClusterAccessDeps {
  readonly peer: Peer
  readonly kubeletPort: number
}

export class ClusterAccess {
  readonly #deps: ClusterAccessDeps
  #nodes: Informer<Node> | undefined
  #services: Informer<Service> | undefined

  constructor(deps: ClusterAccessDeps) {
    this.#deps = deps
  }

  /** Where Nodes and Services are read from. `own` is this machine's address. */
  follow(nodes: Informer<Node>, services: Informer<Service>, own: string): void {
    this.#nodes = nodes
    this.#services = services
    const { renewal } = this.#deps.peer
    services.onChange(({ object }) => {
      if (keyOf(object) === balancerKey) renewal.reachedUnder([own, ...this.#sharedAddresses()])
    })
  }

  #sharedAddresses(): readonly string[] {
    return (this.#services?.cache.get(balancerKey)?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
  }

  /** `https://` address at which whichever peer lives answers as the API; undefined while no pool has given one. */
  sharedApi(): string | undefined {
    const [address] = this.#sharedAddresses()
    const port = this.#services?.cache.get(balancerKey)?.spec?.ports?.[0]?.port
    return address === undefined || port === undefined ? undefined : `https://${address}:${port}`
  }

  nodes(): readonly Node[] {
    return this.#nodes?.cache.list() ?? []
  }

  /** Where a node's kubelet is reached, and by which certificates. */
  endpoint(node: string): KubeletAddress | undefined {
    const found = this.#nodes?.cache.get(node)
    const host = internalAddress(found)
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
