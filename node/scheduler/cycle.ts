// One decision: filter all nodes, score what is left, choose. Pure but for the chance that breaks ties.
// When no node is left it says why, in the words of the reference scheduler, because people and tools read them.
import type { Random } from '../../protocol/base/random.ts'
import type { Pod } from '../objects/generated/core-v1.ts'
import type { ClusterState, NodeState, Plugin, Rejection, Verdict } from './types.ts'

export type Decision =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'unschedulable'; readonly message: string; readonly preemptible: readonly NodeState[] }

interface Prepared {
  readonly plugin: Plugin
  readonly verdict: Verdict
}

/** Chooses a node for the Pod. */
export function decide(pod: Pod, cluster: ClusterState, plugins: readonly Plugin[], random: Random): Decision {
  if (cluster.nodes.length === 0) return { kind: 'unschedulable', message: 'no nodes available to schedule pods', preemptible: [] }
  const prepared = plugins.map((plugin) => ({ plugin, verdict: plugin.prepare(pod, cluster) }))
  const refusal = prepared.find(({ verdict }) => verdict.refusal !== undefined)?.verdict.refusal
  if (refusal !== undefined) return { kind: 'unschedulable', message: explainRefusal(pod, cluster.nodes.length, refusal), preemptible: [] }
  const feasible: NodeState[] = []
  const rejections: { readonly node: NodeState; readonly rejection: Rejection }[] = []
  for (const node of cluster.nodes) {
    const rejection = firstRejection(prepared, node)
    if (rejection === undefined) feasible.push(node)
    else rejections.push({ node, rejection })
  }
  if (feasible.length === 0) {
    return {
      kind: 'unschedulable',
      message: explain(pod, cluster.nodes.length, rejections.map((one) => one.rejection)),
      preemptible: rejections.filter((one) => one.rejection.preemptionHelps).map((one) => one.node),
    }
  }
  return { kind: 'node', name: best(feasible, prepared, random).node.metadata.name ?? '' }
}

/** Whether the Pod could run on this one node. */
export function fits(pod: Pod, cluster: ClusterState, node: NodeState, plugins: readonly Plugin[]): boolean {
  return firstRejection(plugins.map((plugin) => ({ plugin, verdict: plugin.prepare(pod, cluster) })), node) === undefined
}

function firstRejection(prepared: readonly Prepared[], node: NodeState): Rejection | undefined {
  for (const { verdict } of prepared) {
    if (verdict.refusal !== undefined) return { reasons: [verdict.refusal], preemptionHelps: false }
    const rejection = verdict.filter?.(node)
    if (rejection !== undefined) return rejection
  }
  return undefined
}

function best(feasible: readonly NodeState[], prepared: readonly Prepared[], random: Random): NodeState {
  const totals = feasible.map(() => 0)
  for (const { plugin, verdict } of prepared) {
    const { score } = verdict
    if (score === undefined) continue
    scaled(feasible.map((node) => score(node)), verdict.scale ?? 'plain').forEach((points, number) => {
      totals[number] = (totals[number] ?? 0) + points * plugin.weight
    })
  }
  const highest = Math.max(...totals)
  return random.pick(feasible.filter((_, number) => totals[number] === highest))
}

/** Scores between 0 and 100, in whole points so that small differences do not decide. */
function scaled(raw: readonly number[], scale: 'plain' | 'highestBest' | 'lowestBest'): readonly number[] {
  if (scale === 'plain') return raw.map((points) => Math.floor(points))
  const most = Math.max(...raw, 0)
  const least = Math.min(...raw, 0)
  if (most === least) return raw.map(() => (scale === 'lowestBest' ? 100 : 0))
  return raw.map((points) => {
    const part = Math.floor((100 * (points - least)) / (most - least))
    return scale === 'lowestBest' ? 100 - part : part
  })
}

/** `0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: …` */
export function explain(pod: Pod, nodes: number, rejections: readonly Rejection[]): string {
  const head = `0/${nodes} nodes are available`
  const reasons = counted(rejections.flatMap((one) => one.reasons))
  return `${head}: ${reasons}. preemption: ${explainPreemption(pod, head, rejections)}`
}

/** `0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: …` */
function explainRefusal(pod: Pod, nodes: number, refusal: string): string {
  const rejections = Array.from({ length: nodes }, () => ({ reasons: [refusal], preemptionHelps: false }))
  const head = `0/${nodes} nodes are available`
  return `${head}: ${refusal}. preemption: ${explainPreemption(pod, head, rejections)}`
}

function explainPreemption(pod: Pod, head: string, rejections: readonly Rejection[]): string {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.'
  const texts = rejections.map((one) => (one.preemptionHelps ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling'))
  return `${head}: ${counted(texts)}.`
}

function counted(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => `${count} ${text}`).sort().join(', ')
}
