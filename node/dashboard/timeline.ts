// The time line of failures and healing, made of events, of the Nodes' conditions and of Pods: each trouble of an object begins with its first warning and is healed
// when a later event says that it works again. A Node is one entry with the time that it was gone, and a Pod that was lost with it one
// with the time until its replacement was Ready. Pure; the names of reasons are those of the reference's components.
import { duration, eventMs } from './health.ts'
import type { KubeEvent, Node, Pod } from './objects.ts'

export interface Episode {
  readonly key: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly beginMs: number
  /** When it worked again; undefined while it does not. */
  readonly endMs: number | undefined
  readonly reason: string
  readonly message: string
  readonly healedBy: string
}

/** Reasons of ordinary events that tell of the end of a trouble. */
const healing = new Set(['Started', 'NodeReady', 'Scheduled', 'Pulled', 'SuccessfulCreate', 'Healthy', 'SuccessfulRescale', 'Killing', 'TaintManagerEviction'])
/** Ordinary events that tell of a trouble nevertheless. */
const failing = new Set(['NodeNotSchedulable', 'BackOff'])

const isTrouble = ({ type, reason = '' }: KubeEvent): boolean => type === 'Warning' || failing.has(reason)

/** A moment at which a Node was lost, or was back. */
interface Turn {
  readonly atMs: number
  readonly isReady: boolean
  readonly reason: string
  readonly message: string
}

/** What events and the condition Ready tell of one Node, in order of time. A folded event tells of its first time and of its last. */
function turnsOf({ metadata, status }: Node, told: readonly KubeEvent[]): readonly Turn[] {
  const turns = told.flatMap((event) => {
    const { reason = '', message = '', firstTimestamp } = event
    const lastMs = eventMs(event)
    const firstMs = firstTimestamp == null ? lastMs : Date.parse(firstTimestamp)
    return [...new Set([firstMs, lastMs])].map((atMs): Turn => ({ atMs, isReady: reason === 'NodeReady', reason, message }))
  })
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready !== undefined) turns.push({ atMs: Date.parse(ready.lastTransitionTime ?? metadata.creationTimestamp ?? ''), isReady: ready.status === 'True', reason: ready.reason ?? 'NotReady', message: ready.message ?? '' })
  return turns.sort((a, b) => a.atMs - b.atMs)
}

/**
 * Nodes that are not Ready, and those that were not and are back. That one was lost is told by the event `NodeNotReady`; that it is back by the event `NodeReady` or,
 * of the last time, by when its condition Ready turned. A Node counts as lost from when the cluster said so, which is some seconds after it fell silent.
 */
export function nodeEpisodes(nodes: readonly Node[], events: readonly KubeEvent[]): readonly Episode[] {
  const told = Map.groupBy(events.filter(({ involvedObject, reason }) => involvedObject.kind === 'Node' && (reason === 'NodeNotReady' || reason === 'NodeReady')), ({ involvedObject }) => involvedObject.name)
  return nodes.flatMap((node) => {
    const { name, uid } = node.metadata
    const found: Episode[] = []
    let lost: Turn | undefined
    const add = (begin: Turn, end: Turn | undefined): void => {
      const message = end === undefined ? begin.message : `${name} was gone for ${duration(end.atMs - begin.atMs)}`
      found.push({ key: `Node/${uid}/${begin.atMs}`, kind: 'Node', namespace: '', name, beginMs: begin.atMs, endMs: end?.atMs, reason: begin.reason, message, healedBy: end?.reason ?? '' })
    }
    const turns = turnsOf(node, told.get(name) ?? [])
    for (const turn of turns) {
      if (!turn.isReady) lost ??= turn
      else if (lost !== undefined) {
        add(lost, turn)
        lost = undefined
      }
    }
    // A Node that is Ready is back, also when the clock that dated its loss is ahead of its own.
    const isBack = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
    const back = isBack ? turns.findLast(({ isReady }) => isReady) : undefined
    if (lost !== undefined) add(lost, back === undefined ? undefined : { ...back, atMs: lost.atMs })
    return found
  })
}

/** A Pod that is made later than this after another was lost is not there in its place. */
const replacedWithinMs = 300_000

/** Name of the owner as Pods carry it in theirs: `web-7d4b9` of `web-7d4b9-x2x4v`. */
const ownerIn = (podName: string): string => podName.slice(0, Math.max(0, podName.lastIndexOf('-')))

/**
 * Pods that were given up with their Node, each with the Pod that its owner made in its place: the trouble lasts until that one is Ready. Of a Pod that nobody
 * replaced, or whose replacement is gone as well, nothing is told.
 */
export function replacementEpisodes(pods: readonly Pod[], events: readonly KubeEvent[]): readonly Episode[] {
  const evictions = events.filter(({ involvedObject, reason }) => involvedObject.kind === 'Pod' && reason === 'TaintManagerEviction').sort((a, b) => eventMs(b) - eventMs(a))
  if (evictions.length === 0) return []
  const owned = Map.groupBy(pods, ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.ownerReferences?.find(({ controller }) => controller === true)?.name ?? ''}`)
  const taken = new Set<string>()
  // The newest first: a replacement that was lost in its turn has a replacement of its own.
  return evictions.flatMap((event) => {
    const { namespace = '', name = '', uid } = event.involvedObject
    const beginMs = eventMs(event)
    const isInItsPlace = ({ metadata }: Pod): boolean => {
      const afterMs = Date.parse(metadata.creationTimestamp ?? '') - beginMs
      // Pods of a StatefulSet keep their names, those of others never do.
      const isNameRight = metadata.ownerReferences?.some(({ kind }) => kind === 'StatefulSet') !== true || metadata.name === name
      return isNameRight && metadata.uid !== uid && !taken.has(metadata.uid) && afterMs >= 0 && afterMs <= replacedWithinMs
    }
    const candidates = (owned.get(`${namespace}/${ownerIn(name)}`) ?? []).filter(isInItsPlace)
    const next = candidates.sort((a, b) => Date.parse(a.metadata.creationTimestamp ?? '') - Date.parse(b.metadata.creationTimestamp ?? ''))[0]
    if (next === undefined) return []
    taken.add(next.metadata.uid)
    const ready = next.status?.conditions?.find(({ type }) => type === 'Ready')
    const endMs = ready?.status !== 'True' || ready.lastTransitionTime === undefined ? undefined : Math.max(beginMs, Date.parse(ready.lastTransitionTime))
    const message = `by ${next.metadata.name}${next.spec?.nodeName === undefined ? '' : ` on ${next.spec.nodeName}`}${endMs === undefined ? ', which is not Ready yet' : `, Ready after ${duration(endMs - beginMs)}`}`
    return [{ key: `Replaced/${uid ?? name}`, kind: 'Pod', namespace, name, beginMs, endMs, reason: 'Replaced', message, healedBy: 'Ready' }]
  })
}

/** The newest first. Events of one object that follow each other are one episode. */
export function episodes(events: readonly KubeEvent[]): readonly Episode[] {
  const ordered = [...events].sort((a, b) => eventMs(a) - eventMs(b))
  const open = new Map<string, Episode>()
  const done: Episode[] = []
  for (const event of ordered) {
    const { kind = '', namespace = '', name = '' } = event.involvedObject
    const key = `${kind}/${namespace}/${name}`
    const known = open.get(key)
    if (isTrouble(event)) {
      if (known === undefined) {
        const beginMs = event.firstTimestamp == null ? eventMs(event) : Date.parse(event.firstTimestamp)
        open.set(key, { key: `${key}/${event.metadata.uid}`, kind, namespace, name, beginMs, endMs: undefined, reason: event.reason ?? '', message: event.message ?? '', healedBy: '' })
      }
    } else if (known !== undefined && healing.has(event.reason ?? '')) {
      done.push({ ...known, endMs: Math.max(known.beginMs, eventMs(event)), healedBy: event.reason ?? '' })
      open.delete(key)
    }
  }
  return [...done, ...open.values()].sort((a, b) => b.beginMs - a.beginMs)
}
