// Troubles and their ends, as read from events.
import { deepEqual } from 'node:assert/strict'
import { episodes, nodeEpisodes } from '../../../node/dashboard/timeline.ts'
import type { KubeEvent } from '../../../node/dashboard/objects.ts'

let count = 0
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const event = (name: string, second: number, reason: string, type = 'Warning'): KubeEvent => ({
  metadata: { name: `e${++count}`, uid: `u${count}`, resourceVersion: '1' }, type, reason, message: reason, firstTimestamp: at(second), lastTimestamp: at(second), involvedObject: { kind: 'Pod', namespace: 'default', name },
})
const shown = (events: readonly KubeEvent[]): unknown[] => episodes(events).map(({ name, beginMs, endMs, reason, healedBy }) => [name, reason, endMs === undefined ? undefined : (endMs - beginMs) / 1000, healedBy])

describe('dashboard / timeline', () => {
  it('a trouble lasts from its first warning to the event that heals it', () => {
    deepEqual(shown([event('a', 30, 'Started', 'Normal'), event('a', 10, 'Unhealthy'), event('a', 12, 'BackOff')]), [['a', 'Unhealthy', 20, 'Started']])
  })
  it('what is not healed stays open, and the newest comes first', () => {
    deepEqual(shown([event('a', 10, 'Failed'), event('b', 20, 'BackOff')]), [['b', 'BackOff', undefined, ''], ['a', 'Failed', undefined, '']])
  })
  it('ordinary events alone are no trouble, and a second trouble is an episode of its own', () => {
    deepEqual(shown([event('a', 1, 'Started', 'Normal')]), [])
    deepEqual(shown([event('a', 1, 'BackOff'), event('a', 2, 'Started', 'Normal'), event('a', 5, 'BackOff')]).length, 2)
  })
  it('a Node that is not Ready is a trouble since its condition changed', () => {
    const node = (status: string): Parameters<typeof nodeEpisodes>[0][number] => ({ metadata: { name: 'n', uid: 'n', resourceVersion: '1' }, status: { conditions: [{ type: 'Ready', status, reason: 'NodeStatusUnknown', lastTransitionTime: at(3) }] } })
    deepEqual(nodeEpisodes([node('True')]), [])
    deepEqual(nodeEpisodes([node('Unknown')]).map(({ kind, name, beginMs, endMs, reason }) => [kind, name, beginMs, endMs, reason]), [['Node', 'n', Date.parse(at(3)), undefined, 'NodeStatusUnknown']])
  })
})
