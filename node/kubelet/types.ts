// What the kubelet is given and what it offers: its dependencies, its options and its face towards the composition root.
import type { Clock } from '../base/clock.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { LeaseView, TakeoverView } from '../base/views.ts'
import type { Transport } from '../client/types.ts'
import type { Random } from '../../protocol/base/random.ts'
import type { Readable } from 'node:stream'
import type { Runtime } from './runtime/types.ts'

export interface KubeletDeps {
  /** As `system:node:<name>`, in the group `system:nodes`. */
  readonly transport: Transport
  /** As somebody who may read all volumes and write their finalizers: a node's own rights do not reach so far. */
  readonly volumeTransport: Transport
  readonly runtime: Runtime
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly random: Random
  /** This peer's lease, and what the leader says about those of others. */
  readonly lease: LeaseView
  readonly takeover: TakeoverView
  /** Resolves when the live peers' rules no longer lead to these addresses; rejecting or taking long is no harm. */
  readonly endpointsWithdrawn: (addresses: readonly string[], timeoutMs: number) => Promise<void>
  /** Resolves once this peer's rules are those of this life of the daemon, or after `timeoutMs`. */
  readonly rulesInForce: (timeoutMs: number) => Promise<void>
  /** Resolves true when this peer's own rules no longer lead to the address, false after `timeoutMs`. */
  readonly waitEndpointOut: (address: string, timeoutMs: number) => Promise<boolean>
  /** The next sandbox should get this address, if it is free. */
  readonly preferAddress?: (address: string) => void
  /** Writes an archive of an image that was loaded on another peer into `file`; false when no peer that was asked has it. */
  readonly imageFromPeers?: (image: string, file: string) => Promise<boolean>
  /** Whether the Pod network of this peer is set up. */
  readonly networkReady: () => boolean
}

/** PEM texts of the kubelet's server. */
export interface ServerCertificates {
  readonly certificate: string
  readonly key: string
  /** The cluster's CA: callers must show a certificate of it. */
  readonly ca: string
}

export interface KubeletOptions {
  readonly nodeName: string
  /** Addresses of this peer, the first is the Node's InternalIP. */
  readonly addresses: readonly string[]
  /** Labels of the Node besides the well-known ones. */
  readonly labels: { readonly [name: string]: string }
  /** On disk: the Pods' folders. */
  readonly dataDirectory: string
  /** On disk: folders that are made for claims; they outlive Pods. */
  readonly volumesDirectory: string
  /** On tmpfs: secrets and tokens of Pods. */
  readonly volatileDirectory: string
  readonly podLogDirectory: string
  /** On tmpfs: what the warden reads. */
  readonly wardenDirectory: string
  /** Socket of the runtime. */
  readonly criEndpoint: string
  readonly ctrPath: string
  /** Port of the HTTPS server; 0 for any. */
  readonly port: number
  /** Address on which the server listens; all addresses when absent. */
  readonly listenAddress: string | undefined
  readonly certificates: ServerCertificates | undefined
  /** Without root there are no control groups: limits are not enforced. */
  readonly rootless: boolean
  /** Control group under which Pods lie, such as `/shoal/p1/kubepods`. */
  readonly cgroupParent: string
  readonly clusterDomain: string
  readonly clusterDns: readonly string[]
  /** What this build calls itself in Node.status.nodeInfo, such as `v1.32.3+shoal`. */
  readonly version: string
  /** Amounts that stand in for what the machine says; for several peers on one machine. */
  readonly capacity: { readonly [name: string]: string }
}

export interface Kubelet extends Startable {
  /** Loads a docker or OCI archive into this peer's runtime. Throws imageLoadFailed. */
  loadImage(archive: string | Readable): Promise<void>
  /** This peer belongs to the cluster no more: its Pods end, and nothing starts. */
  dismiss(): void
  /** New certificates for new connections of the server. */
  renewCertificates(certificates: ServerCertificates): void
  /** The port that the server listens on. */
  port(): number
}
