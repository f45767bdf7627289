// Keeps the kernel's overlay equal to the Nodes of the cluster, and writes the CNI configuration once this machine has its
// Pod CIDR. Changes come from the Nodes' watch; the plan is in plan.ts.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { CoalescedRun } from '../../base/coalesced-run.ts'
import type { Logger } from '../../base/logger.ts'
import type { Informer } from '../../client/informer.ts'
import type { Node } from '../../objects/generated/core-v1.ts'
import { internalAddress } from '../../objects/node-address.ts'
import { runCommand } from '../../platform/processes.ts'
import { commandFailed, noRoute } from '../errors.ts'
import { commandTimeoutMs, ethernetMtu, retryDelayMs, vxlanOverheadBytes } from '../limits.ts'
import { addressBefore, bridgeName, cniConfiguration, deviceName, gatewayOf, macOf, networkName, overlayChange, type OverlayPeer, overlayPeers, vxlanId, vxlanPort } from './plan.ts'

export interface OverlayDeps {
  readonly nodes: Informer<Node>
  readonly clock: Clock
  readonly logger: Logger
}

export interface OverlayOptions {
  readonly nodeName: string
  readonly address: string
  readonly cniDirectory: string
  /** Where the address manager keeps which Pod has which address. */
  readonly ipamDirectory: string
}

/** The interface that carries this machine's address, and its MTU. */
export interface OutsideInterface {
  readonly name: string
  readonly mtu: number
}

async function ip(args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await runCommand('ip', args, { timeoutMs: commandTimeoutMs, ...(input === undefined ? {} : { input }) })
  if (status !== 0) throw commandFailed.make({ command: `ip ${args.join(' ')}`, reason: stderr.trim() })
  return stdout
}

/** Finds the interface that has the address. */
export async function outsideInterface(address: string): Promise<OutsideInterface> {
  const lines = (await ip(['-o', '-4', 'addr', 'show'])).split('\n')
  const name = lines.find((line) => line.includes(` ${address}/`))?.trim().split(/\s+/)[1]
  if (name === undefined) throw noRoute.make({ address })
  // Not from /sys: it may show another network namespace than this process lives in.
  const mtu = /\bmtu (\d+)/.exec(await ip(['-o', 'link', 'show', 'dev', name]))?.[1]
  return { name, mtu: Number(mtu ?? ethernetMtu) }
}

/** A machine that joins anew gets another Pod CIDR: the bridge of its former life must not keep the old address. */
async function removeForeignBridge(podCidr: string): Promise<void> {
  const { stdout } = await runCommand('ip', ['-o', '-4', 'addr', 'show', 'dev', bridgeName])
  if (stdout.includes('inet ') && !stdout.includes(`inet ${gatewayOf(podCidr)}/`)) await ip(['link', 'del', bridgeName])
}

export class Overlay {
  readonly #deps: OverlayDeps
  readonly #options: OverlayOptions
  readonly #syncing: CoalescedRun
  #inForce: readonly OverlayPeer[] = []
  #podCidr: string | undefined
  #outside: OutsideInterface | undefined
  #unsubscribe: (() => void) | undefined
  readonly #readyWaiters: (() => void)[] = []

  constructor(deps: OverlayDeps, options: OverlayOptions) {
    this.#deps = deps
    this.#options = options
    this.#syncing = new CoalescedRun({
      clock: deps.clock,
      run: () => this.#sync(),
      failed: (error) => {
        deps.logger.error('the overlay could not be set up', { error })
        // What is there now is not known any more: the next try makes everything again.
        this.#inForce = []
      },
    }, retryDelayMs)
  }

  /** Follows the Nodes. Resolves at once; `whenReady` tells when Pods can be wired. */
  start(outside: OutsideInterface): void {
    this.#outside = outside
    this.#unsubscribe = this.#deps.nodes.onChange(() => this.#syncing.changed())
    this.#syncing.changed()
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.()
    await this.#syncing.stop()
  }

  /** This machine's Pod CIDR once it is set up. */
  podCidr(): string | undefined {
    return this.#podCidr
  }

  whenReady(): Promise<void> {
    if (this.#podCidr !== undefined) return Promise.resolve()
    return new Promise((resolve) => this.#readyWaiters.push(resolve))
  }

  async #sync(): Promise<void> {
    const nodes = this.#deps.nodes.cache.list().map((node) => ({
      name: node.metadata.name ?? '',
      address: internalAddress(node) ?? '',
      podCidr: node.spec?.podCIDR ?? '',
    }))
    const own = nodes.find((node) => node.name === this.#options.nodeName)?.podCidr
    const outside = this.#outside
    if (own === undefined || own === '' || outside === undefined) return
    if (this.#podCidr !== own) await this.#makeDevice(own, outside)
    const wanted = overlayPeers(nodes, this.#options.nodeName)
    const { ip: routes, bridge } = overlayChange(this.#inForce, wanted)
    if (routes.length > 0) await ip(['-force', '-batch', '-'], `${routes.join('\n')}\n`)
    if (bridge.length > 0) {
      const { status, stderr } = await runCommand('bridge', ['-force', '-batch', '-'], { input: `${bridge.join('\n')}\n`, timeoutMs: commandTimeoutMs })
      if (status !== 0) throw commandFailed.make({ command: 'bridge', reason: stderr.trim() })
    }
    this.#inForce = wanted
    if (this.#podCidr === own) return
    this.#podCidr = own
    for (const resolve of this.#readyWaiters.splice(0)) resolve()
  }

  /** Makes the address manager give this address next, if it is free and one of this machine's. */
  preferAddress(address: string): void {
    const before = addressBefore(address, this.#podCidr ?? '')
    if (before === undefined) return
    const folder = join(this.#options.ipamDirectory, networkName)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'last_reserved_ip.0'), before)
  }

  async #makeDevice(podCidr: string, outside: OutsideInterface): Promise<void> {
    const mtu = outside.mtu - vxlanOverheadBytes
    const network = podCidr.split('/')[0] ?? ''
    const existing = await runCommand('ip', ['link', 'show', 'dev', deviceName])
    if (existing.status !== 0) {
      await ip(['link', 'add', deviceName, 'type', 'vxlan', 'id', String(vxlanId), 'dstport', String(vxlanPort), 'local', this.#options.address, 'nolearning', 'dev', outside.name])
    }
    await ip(['link', 'set', deviceName, 'address', macOf(podCidr), 'mtu', String(mtu), 'up'])
    await ip(['addr', 'replace', `${network}/32`, 'dev', deviceName])
    await removeForeignBridge(podCidr)
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')
    mkdirSync(this.#options.cniDirectory, { recursive: true })
    mkdirSync(this.#options.ipamDirectory, { recursive: true })
    const file = join(this.#options.cniDirectory, '10-shoal.conflist')
    writeFileSync(`${file}.new`, cniConfiguration(podCidr, mtu, this.#options.ipamDirectory))
    renameSync(`${file}.new`, file)
  }
}
