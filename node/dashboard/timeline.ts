// The time line of failures and healing, made of events and of the Nodes' conditions: each trouble of an object begins with its first warning and is healed
// when a later event says that it works again. Pure; the names of reasons are those of the reference's components.
import { eventMs } from './health.ts'
import type { KubeEvent, Node } from './objects.ts'

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
const failing = new Set(['NodeNotReady', 'NodeNotSchedulable', 'BackOff'])

const isTrouble = ({ type, reason = '' }: KubeEvent): boolean => type === 'Warning' || failing.has(reason)

/** Nodes that are not Ready now; of these nobody writes events. */
export function nodeEpisodes(nodes: readonly Node[]): readonly Episode[] {
  return nodes.flatMap(({ metadata, status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')
    if (ready === undefined || ready.status === 'True') return []
    const beginMs = Date.parse(ready.lastTransitionTime ?? metadata.creationTimestamp ?? '')
    return [{ key: `Node/${metadata.uid}`, kind: 'Node', namespace: '', name: metadata.name, beginMs, endMs: undefined, reason: ready.reason ?? 'NotReady', message: ready.message ?? '', healedBy: '' }]
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
