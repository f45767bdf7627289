// Where a node's kubelet is reached and with what credentials. The composition root knows; handlers ask by node name.

export interface KubeletEndpoint {
  readonly host: string
  readonly port: number
  /** PEM of the authority that the kubelet's certificate is checked against. */
  readonly ca: string
  /** The name that the kubelet's certificate must carry. */
  readonly serverName: string
  /** PEM of the client certificate that a kubelet trusts. */
  readonly certificate: string
  readonly privateKey: string
}

export interface KubeletConnections {
  /** The endpoint, or undefined when the node is not known or has no address. */
  endpoint(node: string): KubeletEndpoint | undefined
}
