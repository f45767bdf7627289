// The upper half of the composition root: what a member runs on top of its state and its agreement, in order: API, network,
// Pods, works. It is a file of its own so that it is loaded last: the others wait for a word of a peer that comes back, and
// the peer speaks long before all this is there. It decides nothing itself.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Random } from '../../protocol/base/random.ts'
import { createApiServer, type ApiServer } from '../apiserver/api-server.ts'
import type { Clock } from '../base/clock.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import { createClient } from '../client/client.ts'
import { Informers } from '../client/informers.ts'
import { horizontalPodAutoscalers, nodes, services } from '../client/resource-types.ts'
import { createControllers } from '../controllers/manager.ts'
import { createKubelet } from '../kubelet/kubelet.ts'
import { criRuntime } from '../kubelet/runtime/cri.ts'
import { Network } from '../network/network.ts'
import type { ManageDeps } from '../peer/invitations.ts'
import type { Peer } from '../peer/peer.ts'
import { removePeer } from '../peer/removal.ts'
import { resources } from '../resources/registry.ts'
import { createScheduler } from '../scheduler/scheduler.ts'
import type { StateStore } from '../store/types.ts'
import { apiServiceController } from './api-service-controller.ts'
import { AutoscalerHistory } from './autoscaler-history.ts'
import { ClusterAccess } from './cluster-access.ts'
import { memberRoutes } from './control-routes.ts'
import type { ControlRoutes } from './control-server.ts'
import { drain, forgetNode } from './leaving.ts'
import { farewellMs } from './limits.ts'
import { endpointsWithdrawn, imageFromPeers } from './other-kubelets.ts'
import { PeerViews, statusOf } from './peer-views.ts'
import { concealing, revealing } from './secrets-at-rest.ts'
import { type Settings, version } from './settings.ts'
import { rootlessLabel } from './status.ts'
import { nameSuffix } from './suffix.ts'

const clusterDomain = 'cluster.local'
const dnsAddress = '10.96.0.10'
const clusterCidr = '10.244.0.0/16'

export interface MemberDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  readonly random: Random
  readonly store: StateStore
  readonly peer: Peer
  /** Starts a part, and stops it when the daemon ends, in reverse order. */
  readonly run: <Part extends Startable>(part: Part) => Promise<Part>
  /** This peer is no member any more: forgets its identity and ends the daemon. */
  readonly farewell: () => void
}

/** A member that runs, as the daemon sees it. */
export interface Member {
  readonly peer: Peer
  /** With what invitations and removals are made. */
  readonly manage: ManageDeps
  /** What its control socket answers. */
  readonly routes: ControlRoutes
  /** This peer belongs to the cluster no more, and its Pods with it. */
  dismiss(): void
  /** Certificates were renewed. */
  renew(identity: Peer['identity']): void
}

/** Starts everything that a member runs, in the order in which the parts need each other. `address` is this machine's. */
export async function runMember(deps: MemberDeps, options: Settings, address: string): Promise<Member> {
  const { clock, logger, metrics, random, store, peer, run } = deps
  const access = new ClusterAccess({ peer, kubeletPort: options.kubeletPort })
  const name = peer.identity.file.name
  const dataKey = (): Buffer | undefined => peer.keys.dataKey()
  const views = new PeerViews({ clock, logger: logger.child('daemon'), status: () => statusOf({ store, peer, access, name, apiPort: options.apiPort }), examine: () => peer.survivors.examine() })
  let history: AutoscalerHistory | undefined
  const api = createApiServer(
    {
      store: revealing(store, dataKey), agreed: concealing(peer.agreed, dataKey), resources, clock, random, metrics, kubelets: access, logger,
      ids: { uid: () => randomUUID(), suffix: (length) => nameSuffix(random.integer.bind(random), length) },
      tokenKeys: () => peer.keys.tokenVerifiers(), signToken: (keyId, input) => peer.signing.token(keyId, input),
      views: { '/shoal/peers': () => Promise.resolve(views.read()), '/shoal/autoscalers': () => Promise.resolve(history?.read() ?? {}) },
    },
    {
      addresses: ['0.0.0.0'], port: options.apiPort, serving: apiServingOf(peer.identity), serverAddress: `${address}:${options.apiPort}`,
      defaultTolerationSeconds: options.defaultTolerationSeconds,
    },
  )
  const client = createClient(api.transport({ name: 'system:shoal', groups: ['system:masters'] }))
  const informers = new Informers({ client, clock, logger: logger.child('client') }, { fromLocalCopy: true })
  access.follow(informers.of(nodes), informers.of(services), address)
  history = new AutoscalerHistory({ clock, autoscalers: informers.of(horizontalPodAutoscalers) })
  await run(api)
  await run({ start: () => Promise.resolve(informers.start()), stop: () => informers.stop() })
  const network = await run(
    new Network(
      { informers, membership: peer.members, clock, metrics, logger: logger.child('network') },
      { nodeName: name, address: address, cniDirectory: options.cniDirectory, ipamDirectory: join(options.dataDirectory, 'ipam'), clusterCidr, dnsAddress, domain: clusterDomain },
    ),
  )
  const kubelet = createKubelet(
    {
      transport: api.transport({ name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] }),
      volumeTransport: api.transport({ name: 'system:shoal:local-path', groups: ['system:masters'] }),
      runtime: criRuntime(options.criEndpoint), clock, metrics, random, logger: logger.child('kubelet'), lease: peer.lease, takeover: peer.takeover,
      endpointsWithdrawn: (addresses, timeoutMs) =>
        endpointsWithdrawn({ membership: peer.members, find: (node) => access.endpoint(node), clock, own: (address, ms) => network.waitEndpointOut(address, ms), self: name }, addresses, timeoutMs),
      rulesInForce: (timeoutMs) => network.whenInForce(timeoutMs),
      waitEndpointOut: (address, timeoutMs) => network.waitEndpointOut(address, timeoutMs),
      preferAddress: (address) => network.preferAddress(address),
      imageFromPeers: (image, file) => imageFromPeers({ membership: peer.members, find: (node) => access.endpoint(node), self: name, below: (bound) => random.integer(bound) }, image, file),
      networkReady: () => network.ready(),
    },
    {
      nodeName: name, addresses: [address], labels: options.rootless ? { [rootlessLabel]: 'true' } : {},
      dataDirectory: join(options.dataDirectory, 'kubelet'), volumesDirectory: join(options.dataDirectory, 'volumes'), volatileDirectory: '/run/shoal/kubelet', wardenDirectory: '/run/shoal/warden', podLogDirectory: '/var/log/pods',
      criEndpoint: options.criEndpoint, ctrPath: 'ctr', port: options.kubeletPort, listenAddress: undefined,
      certificates: servingOf(peer.identity), rootless: options.rootless, cgroupParent: options.cgroupRoot,
      clusterDomain, clusterDns: [dnsAddress], version, capacity: {},
    },
  )
  await run(kubelet)
  if (peer.removed()) kubelet.dismiss()
  await runWorks(deps, api, options.apiPort)
  logger.child('daemon').info('this peer serves', { name, address })
  const manage: ManageDeps = { store, clock, commit: peer.agreed.commit.bind(peer.agreed) }
  const leave = async (): Promise<void> => {
    await drain(client, name, clock)
    await kubelet.stop()
    await forgetNode(client, name)
    await removePeer(manage, name)
    clock.after(farewellMs, deps.farewell)
  }
  return {
    peer,
    manage,
    routes: memberRoutes({ store, peer, access, client, informers, clock, manage, name, apiPort: options.apiPort, address, logger, leave }),
    dismiss: () => kubelet.dismiss(),
    renew: (identity) => {
      api.renew(apiServingOf(identity))
      kubelet.renewCertificates(servingOf(identity))
    },
  }
}

/** The loops that run on one peer at a time: here while the table of works says so. */
async function runWorks({ clock, logger, metrics, random, peer, run, store }: MemberDeps, api: ApiServer, apiPort: number): Promise<void> {
  // Each term of holding a work writes under its own epoch: what it still has under way when the work is lost, and given back
  // to this peer later, is refused.
  const fenced = (name: string, work: string) => (epoch: number) => api.transport({ name, groups: ['system:masters'] }, () => ({ work, epoch }))
  await run(
    createControllers({
      transport: fenced('system:kube-controller-manager', 'controllers'),
      clock, logger, metrics, random, membership: peer.members, takeover: peer.takeover, works: peer.works, rootCa: peer.identity.authority, agreedTimeMs: () => store.appliedTimeMs(),
      more: [apiServiceController(apiPort)],
    }),
  )
  await run(
    createScheduler({
      transport: fenced('system:kube-scheduler', 'scheduler'),
      clock, logger, metrics, random, membership: peer.members, works: peer.works,
    }),
  )
}

const servingOf = (identity: Peer['identity']): { readonly certificate: string; readonly key: string; readonly ca: string } => ({
  certificate: identity.serving.certificate,
  key: identity.serving.privateKey,
  ca: identity.authority,
})

const apiServingOf = ({ serving, authority }: Peer['identity']): { readonly certificate: string; readonly privateKey: string; readonly clientCa: string } => ({
  ...serving,
  clientCa: authority,
})
