// What kubelets say about use: asks those of the named nodes, all at once, and shares an answer among everybody who asks
// within a moment. A kubelet that does not answer in time is left out: its node has no figures then, the others have.
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { KubeletConnections } from '../kubelet-connection.ts'
import { mostUsageBytes, usageFreshMs, usageWaitMs } from '../limits.ts'
import { fetchStream } from '../streams/kubelet-dial.ts'

/** Rates and sizes, as a kubelet's summary writes them. */
export interface Figures {
  readonly cpu?: { readonly time: string; readonly usageNanoCores?: number; readonly windowMs?: number }
  readonly memory?: { readonly workingSetBytes?: number }
}

/** The part of stats/v1alpha1 Summary that is used. */
export interface Summary {
  readonly node: Figures & { readonly nodeName: string }
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string }
    readonly containers: readonly (Figures & { readonly name: string })[]
  }[]
}

export interface KubeletUsageDeps {
  readonly kubelets: KubeletConnections
  readonly clock: Clock
  readonly logger: Logger
}

interface Asked {
  readonly atMs: number
  readonly answer: Promise<Summary | undefined>
}

export class KubeletUsage {
  readonly #deps: KubeletUsageDeps
  readonly #asked = new Map<string, Asked>()

  constructor(deps: KubeletUsageDeps) {
    this.#deps = deps
  }

  /** The summaries of those nodes that answered, by name. */
  async of(nodes: ReadonlySet<string>): Promise<ReadonlyMap<string, Summary>> {
    const nowMs = this.#deps.clock.bootMs()
    for (const [node, { atMs }] of this.#asked) if (nowMs - atMs >= usageFreshMs) this.#asked.delete(node)
    const answers = await Promise.all([...nodes].map(async (node): Promise<readonly [string, Summary | undefined]> => [node, await this.#ask(node, nowMs)]))
    return new Map(answers.filter((pair): pair is readonly [string, Summary] => pair[1] !== undefined))
  }

  #ask(node: string, nowMs: number): Promise<Summary | undefined> {
    const known = this.#asked.get(node)
    if (known !== undefined) return known.answer
    const answer = this.#fetch(node).catch((error: unknown) => {
      this.#deps.logger.info('a kubelet does not say what its Pods use', { node, error })
      return undefined
    })
    this.#asked.set(node, { atMs: nowMs, answer })
    return answer
  }

  async #fetch(node: string): Promise<Summary | undefined> {
    const endpoint = this.#deps.kubelets.endpoint(node)
    if (endpoint === undefined) return undefined
    const late = new AbortController()
    const timer = this.#deps.clock.after(usageWaitMs, () => late.abort())
    try {
      const chunks: Buffer[] = []
      let sizeBytes = 0
      for await (const chunk of await fetchStream({ endpoint, path: '/stats/summary' }, late.signal)) {
        const bytes = Buffer.from(chunk)
        sizeBytes += bytes.length
        if (sizeBytes > mostUsageBytes) return undefined
        chunks.push(bytes)
      }
      // Peers are of one cluster and checked by certificate: the document has the shape that its path names.
      const summary: Summary = JSON.parse(Buffer.concat(chunks).toString())
      return summary
    } finally {
      timer.cancel()
    }
  }
}
