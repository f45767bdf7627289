// Forgets tracked connections by the program conntrack. It never delays the rules: purges wait in a line of their own, and
// what cannot be forgotten is logged, since such a connection only ends later, by its own timeout.
import { BlockList } from 'node:net'
import type { Logger } from '../../base/logger.ts'
import { runCommand } from '../../platform/processes.ts'
import { commandTimeoutMs, purgesWaiting } from '../limits.ts'
import type { Purge, Target } from './flows-plan.ts'

/** The arguments of conntrack for one purge. */
export function purgeArguments(purge: Purge): readonly string[] {
  if (purge.kind === 'target') {
    const { protocol, address, port } = purge.target
    return ['-D', '-p', protocol, '--dst-nat', address, '--reply-port-src', String(port)]
  }
  const { frontend, backend } = purge
  return [
    '-D', '-p', frontend.protocol, ...(frontend.address === 'node' ? [] : ['--orig-dst', frontend.address]), '--orig-port-dst', String(frontend.port),
    ...(backend === undefined ? [] : ['--reply-src', backend.address, '--reply-port-src', String(backend.port)]),
  ]
}

/** The targets in a listing of conntrack: the source of each answer. */
export function targetsIn(listing: string): readonly Target[] {
  return listing.split('\n').flatMap((line) => {
    const [protocol] = line.split(/\s+/, 1)
    const [, address] = [...line.matchAll(/ src=(\S+)/g)].map((match) => match[1])
    const [, port] = [...line.matchAll(/ sport=(\d+)/g)].map((match) => Number(match[1]))
    const isKnown = protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp'
    return isKnown && address !== undefined && port !== undefined ? [{ protocol, address, port }] : []
  })
}

export class FlowsDriver {
  readonly #logger: Logger
  readonly #cluster = new BlockList()
  #waiting = 0
  #stopped = false
  #line: Promise<void> = Promise.resolve()

  /** Of connections that an earlier life of the daemon made, those into `clusterCidr` are ours. */
  constructor(clusterCidr: string, logger: Logger) {
    const [network = '', prefix = ''] = clusterCidr.split('/')
    this.#cluster.addSubnet(network, Number(prefix))
    this.#logger = logger
  }

  /** Where connections lead now, as far as they were redirected to Pods; empty when that cannot be found out. */
  async targets(): Promise<readonly Target[]> {
    const { status, stdout, stderr } = await runCommand('conntrack', ['-L', '--dst-nat'], { timeoutMs: commandTimeoutMs })
    if (status !== 0) {
      this.#logger.warn('tracked connections cannot be listed; those to Pods that are gone end by their own timeout', { reason: stderr.trim() })
      return []
    }
    return targetsIn(stdout).filter(({ address }) => this.#cluster.check(address))
  }

  /** Forgets, in the background. */
  purge(purges: readonly Purge[]): void {
    const taken = purges.slice(0, Math.max(0, purgesWaiting - this.#waiting))
    if (taken.length < purges.length) this.#logger.warn('too many connections to forget at once; some end by their own timeout', { left: purges.length - taken.length })
    this.#waiting += taken.length
    for (const purge of taken) this.#line = this.#line.then(() => this.#forget(purge)).finally(() => { this.#waiting-- })
  }

  /** Resolves when everything that waits is done. */
  idle(): Promise<void> {
    return this.#line
  }

  /** Lets what waits be; the next life looks for itself. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#line
  }

  async #forget(purge: Purge): Promise<void> {
    if (this.#stopped) return
    const { status, stderr } = await runCommand('conntrack', purgeArguments(purge), { timeoutMs: commandTimeoutMs })
    // It also ends with 1 when there was nothing to forget, and says so.
    if (status !== 0 && !stderr.includes('0 flow entries')) this.#logger.warn('tracked connections could not be forgotten', { purge, reason: stderr.trim() })
  }
}
