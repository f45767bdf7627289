// The scheduler's picture of the cluster: nodes with the Pods on them, kept up to date change by change. A Pod whose binding
// is on its way counts on its node already (assumed), so that the next decision sees it.
// It holds no rules; plugins read it.
import type { Node, Pod } from '../objects/generated/core-v1.ts'
import { hostPorts, type HostPort } from '../objects/pods/host-ports.ts'
import { isPodTerminal } from '../objects/pods/lifecycle.ts'
import { type Amounts, amountsOf, podRequests, podScoringRequests } from '../objects/pods/requests.ts'
import type { ClusterState, NodeState } from './types.ts'

/** One node's mutable sums. */
class Tally {
  node: Node | undefined
  readonly pods = new Map<string, Pod>()
  readonly requested = new Map<string, number>()
  readonly weighed = new Map<string, number>()
  #state: NodeState | undefined

  add(uid: string, pod: Pod): void {
    this.pods.set(uid, pod)
    this.#count(pod, 1)
  }

  remove(uid: string): void {
    const pod = this.pods.get(uid)
    if (pod === undefined) return
    this.pods.delete(uid)
    this.#count(pod, -1)
  }

  setNode(node: Node | undefined): void {
    this.node = node
    this.#state = undefined
  }

  #count(pod: Pod, sign: 1 | -1): void {
    for (const [name, amount] of podRequests(pod)) this.requested.set(name, (this.requested.get(name) ?? 0) + sign * amount)
    for (const [name, amount] of podScoringRequests(pod)) this.weighed.set(name, (this.weighed.get(name) ?? 0) + sign * amount)
    this.#state = undefined
  }

  state(): NodeState | undefined {
    if (this.node === undefined) return undefined
    this.#state ??= stateOf(this.node, [...this.pods.values()], this.requested, this.weighed)
    return this.#state
  }
}

function stateOf(node: Node, pods: readonly Pod[], requested: Amounts, weighed: Amounts): NodeState {
  const ports: readonly HostPort[] = pods.flatMap((pod) => hostPorts(pod))
  return { node, pods, requested: new Map(requested), weighed: new Map(weighed), allocatable: amountsOf(node.status?.allocatable ?? node.status?.capacity), hostPorts: ports }
}

/** The node's state without some of its Pods, as if they had been taken off. */
export function without(state: NodeState, gone: ReadonlySet<string>): NodeState {
  const tally = new Tally()
  for (const pod of state.pods) {
    const uid = pod.metadata.uid ?? ''
    if (!gone.has(uid)) tally.add(uid, pod)
  }
  tally.setNode(state.node)
  return tally.state() ?? state
}

/** See the head of this file. */
export class Snapshot {
  readonly #tallies = new Map<string, Tally>()
  /** uid of each counted Pod to its node's name. */
  readonly #places = new Map<string, string>()
  readonly #assumed = new Set<string>()

  setNode(node: Node): void {
    this.#tally(node.metadata.name ?? '').setNode(node)
  }

  removeNode(name: string): void {
    const tally = this.#tallies.get(name)
    tally?.setNode(undefined)
    if (tally?.pods.size === 0) this.#tallies.delete(name)
  }

  /** A Pod as the API shows it. */
  setPod(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    const nodeName = pod.spec?.nodeName ?? ''
    // Until the binding shows, an assumed Pod stays where it was put.
    if (nodeName === '' && this.#assumed.has(uid)) return
    this.#assumed.delete(uid)
    this.#place(uid, isPodTerminal(pod) || nodeName === '' ? undefined : nodeName, pod)
  }

  removePod(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    this.#assumed.delete(uid)
    this.#place(uid, undefined, pod)
  }

  /** The Pod's binding to the node is on its way. */
  assume(pod: Pod, nodeName: string): void {
    const uid = pod.metadata.uid ?? ''
    this.#assumed.add(uid)
    this.#place(uid, nodeName, pod)
  }

  /** The binding failed. */
  forget(pod: Pod): void {
    if (this.#assumed.has(pod.metadata.uid ?? '')) this.removePod(pod)
  }

  isAssumed(pod: Pod): boolean {
    return this.#assumed.has(pod.metadata.uid ?? '')
  }

  /** The picture now, nodes in the order of their names. */
  cluster({ namespaceLabels, suspects, volumes }: Omit<ClusterState, 'nodes'>): ClusterState {
    const nodes: NodeState[] = []
    for (const tally of this.#tallies.values()) {
      const state = tally.state()
      if (state !== undefined) nodes.push(state)
    }
    nodes.sort((a, b) => ((a.node.metadata.name ?? '') < (b.node.metadata.name ?? '') ? -1 : 1))
    return { nodes, namespaceLabels, suspects, volumes }
  }

  #place(uid: string, nodeName: string | undefined, pod: Pod): void {
    const before = this.#places.get(uid)
    if (before !== undefined) this.#tallies.get(before)?.remove(uid)
    if (nodeName === undefined) {
      this.#places.delete(uid)
      return
    }
    this.#places.set(uid, nodeName)
    this.#tally(nodeName).add(uid, pod)
  }

  #tally(name: string): Tally {
    const known = this.#tallies.get(name)
    if (known !== undefined) return known
    const made = new Tally()
    this.#tallies.set(name, made)
    return made
  }
}
