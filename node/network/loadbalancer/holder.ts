// Puts the load balancer addresses that this peer answers for on its outside interface, takes the others away, and makes the
// kernel tell the network by gratuitous ARP. The ranking decides; this follows Services, endpoints, Nodes and members in the
// peer's own copy. With arp_notify the kernel announces all addresses of a device whose hardware address is set, also to the
// same one (Linux, Documentation/networking/ip-sysctl: arp_notify): no raw socket and no further package is needed.
import { writeFileSync } from 'node:fs'
import type { Clock, Timer } from '../../base/clock.ts'
import { CoalescedRun } from '../../base/coalesced-run.ts'
import type { Logger } from '../../base/logger.ts'
import type { Gauge, Metrics } from '../../base/metrics.ts'
import type { MembershipView } from '../../base/views.ts'
import type { Informers } from '../../client/informers.ts'
import { addressPools, endpointSlices, nodes, services } from '../../client/resource-types.ts'
import { addressNumber, addressRange, contains } from '../../objects/address-ranges.ts'
import { nodesByAddress } from '../../objects/node-address.ts'
import { runCommand } from '../../platform/processes.ts'
import { commandFailed } from '../errors.ts'
import { announceEveryMs, commandTimeoutMs, retryDelayMs } from '../limits.ts'
import { balancerAddresses } from '../metrics.ts'
import { heldAddresses } from './ranking.ts'

export interface HolderDeps {
  readonly informers: Informers
  readonly membership: MembershipView
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface HolderOptions {
  /** Name of this node. */
  readonly self: string
  /** Interface towards the other machines. */
  readonly outside: string
}

const byService = 'service'

async function ip(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runCommand('ip', args, { timeoutMs: commandTimeoutMs })
  if (status !== 0) throw commandFailed.make({ command: `ip ${args.join(' ')}`, reason: stderr.trim() })
  return stdout
}

export class AddressHolder {
  readonly #deps: HolderDeps
  readonly #options: HolderOptions
  readonly #gauge: Gauge<never>
  readonly #endings: (() => void)[] = []
  readonly #syncing: CoalescedRun
  /** What is on the interface; undefined until it was looked at. */
  #held: Set<string> | undefined
  #announce = false
  #timer: Timer | undefined
  #stopped = false

  constructor(deps: HolderDeps, options: HolderOptions) {
    this.#deps = deps
    this.#options = options
    this.#gauge = deps.metrics.gauge(balancerAddresses)
    this.#syncing = new CoalescedRun({
      clock: deps.clock,
      run: () => this.#sync(),
      failed: (error) => {
        deps.logger.error('the load balancer addresses could not be set', { error })
        // What is there now is not known any more.
        this.#held = undefined
      },
    }, retryDelayMs)
  }

  /** Starts to follow changes; the proxy has its index of slices by Service before. */
  async start(): Promise<void> {
    const { informers, membership } = this.#deps
    const followed = [informers.of(services), informers.of(endpointSlices), informers.of(addressPools)]
    // Without the pools it could not tell which addresses its former life has left on the interface.
    await informers.whenSynced()
    if (this.#stopped) return
    const changed = (): void => this.#syncing.changed()
    this.#endings.push(
      ...followed.map((informer) => informer.onChange(changed)),
      membership.onChange(() => {
        // Somebody who comes back may have told the network that it is the one.
        this.#announce = true
        changed()
      }),
    )
    this.#syncing.changed()
    this.#beat()
  }

  /** Gives every address up: the peers that stay see this one leave and take over. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    for (const end of this.#endings.splice(0)) end()
    await this.#syncing.stop()
    for (const address of this.#held ?? []) await runCommand('ip', ['addr', 'del', `${address}/32`, 'dev', this.#options.outside])
    this.#held = undefined
  }

  #beat(): void {
    this.#timer = this.#deps.clock.after(announceEveryMs, () => {
      this.#announce = true
      this.#syncing.changed()
      this.#beat()
    })
  }

  async #sync(): Promise<void> {
    const { outside } = this.#options
    const wanted = new Set(this.#wanted())
    const held = this.#held ?? new Set(await this.#leftOver())
    this.#held = held
    for (const address of held) {
      if (wanted.has(address)) continue
      await ip('addr', 'del', `${address}/32`, 'dev', outside)
      held.delete(address)
      this.#deps.logger.info('this peer no longer answers for a load balancer address', { address })
    }
    for (const address of wanted) {
      if (held.has(address)) continue
      await ip('addr', 'replace', `${address}/32`, 'dev', outside)
      held.add(address)
      this.#announce = true
      this.#deps.logger.info('this peer answers for a load balancer address', { address })
    }
    this.#gauge.set({}, held.size)
    if (!this.#announce) return
    this.#announce = false
    if (held.size > 0) await this.#tellNetwork()
  }

  async #tellNetwork(): Promise<void> {
    const { outside } = this.#options
    const link = /link\/ether ([0-9a-f:]{17})/.exec(await ip('-o', 'link', 'show', 'dev', outside))?.[1]
    // A device without hardware addresses has no neighbours that remember one.
    if (link === undefined) return
    writeFileSync(`/proc/sys/net/ipv4/conf/${outside}/arp_notify`, '1')
    await ip('link', 'set', 'dev', outside, 'address', link)
  }

  #wanted(): readonly string[] {
    const { informers, membership } = this.#deps
    const slices = informers.of(endpointSlices).cache
    return heldAddresses({
      services: informers.of(services).cache.list(),
      slicesOf: (key) => slices.byIndex(byService, key),
      members: membership.members(),
      self: this.#options.self,
      nodeByAddress: nodesByAddress(informers.of(nodes).cache.list()),
    })
  }

  /** What a former life of the daemon left on the interface: single addresses that lie in a pool. */
  async #leftOver(): Promise<readonly string[]> {
    const ranges = this.#deps.informers.of(addressPools).cache.list().flatMap((pool) => (pool.spec?.addresses ?? []).flatMap((text) => addressRange(text) ?? []))
    const single = [...(await ip('-o', '-4', 'addr', 'show', 'dev', this.#options.outside)).matchAll(/inet (\d+\.\d+\.\d+\.\d+)\/32 /g)].map((found) => found[1] ?? '')
    return single.filter((address) => contains(ranges, addressNumber(address) ?? -1))
  }
}
