// Troubles and their ends, as read from events, from the Nodes' conditions and from the Pods in place of lost ones.
import { deepEqual } from 'node:assert/strict'
import { episodes, nodeEpisodes, replacementEpisodes } from '../../../node/dashboard/timeline.ts'
import type { KubeEvent, Node, Pod } from '../../../node/dashboard/objects.ts'

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
  const node = (status: string, second: number): Node => ({ metadata: { name: 'n', uid: 'n', resourceVersion: '1' }, status: { conditions: [{ type: 'Ready', status, reason: status === 'True' ? 'KubeletReady' : 'NodeStatusUnknown', message: 'as it is', lastTransitionTime: at(second) }] } })
  const told = (second: number, reason: string, lastSecond = second): KubeEvent => ({ ...event('n', second, reason, 'Normal'), lastTimestamp: at(lastSecond), involvedObject: { kind: 'Node', name: 'n' } })
  const lostNodes = (one: Node, events: readonly KubeEvent[]): unknown[] => nodeEpisodes([one], events).map(({ beginMs, endMs, message, healedBy }) => [new Date(beginMs).getUTCSeconds(), endMs === undefined ? undefined : (endMs - beginMs) / 1000, message, healedBy])
  it('a Node that is not Ready is a trouble since its condition changed, or since the event before it', () => {
    deepEqual(nodeEpisodes([node('True', 3)], []), [])
    deepEqual(lostNodes(node('Unknown', 3), []), [[3, undefined, 'as it is', '']])
    deepEqual(lostNodes(node('Unknown', 3), [told(3, 'NodeNotReady')]).length, 1)
  })
  it('a Node that was lost and is back is one entry with the time that it was gone', () => {
    deepEqual(lostNodes(node('True', 15), [told(3, 'NodeNotReady')]), [[3, 12, 'n was gone for 12s', 'KubeletReady']])
    deepEqual(lostNodes(node('True', 15), [told(16, 'NodeNotReady')]), [[16, 0, 'n was gone for 0s', 'KubeletReady']])
    // Clocks of two peers may differ: the event of the return and the condition are not two returns.
    deepEqual(lostNodes(node('True', 15), [told(3, 'NodeNotReady'), told(16, 'NodeReady')]), [[3, 12, 'n was gone for 12s', 'KubeletReady']])
  })
  it('a Node that was lost twice is two entries, also when its events are folded', () => {
    const twice = [[3, 2, 'n was gone for 2s', 'NodeReady'], [20, 10, 'n was gone for 10s', 'KubeletReady']]
    deepEqual(lostNodes(node('True', 30), [told(3, 'NodeNotReady'), told(5, 'NodeReady'), told(20, 'NodeNotReady')]), twice)
    deepEqual(lostNodes(node('True', 30), [told(3, 'NodeNotReady', 20), told(5, 'NodeReady', 30)]), twice.map((entry) => (entry[0] === 20 ? [...entry.slice(0, 3), 'NodeReady'] : entry)))
  })
  it('events of a Node are no second entry of its', () => {
    deepEqual(episodes([told(3, 'NodeNotReady'), told(5, 'NodeReady')]), [])
  })

  const evicted = (name: string, second: number): KubeEvent => ({ ...event(name, second, 'TaintManagerEviction', 'Normal'), involvedObject: { kind: 'Pod', namespace: 'default', name, uid: `old-${name}-${second}` } })
  const pod = (name: string, kind: string, owner: string, madeSecond: number, readySecond?: number): Pod => ({
    metadata: { name, namespace: 'default', uid: `new-${name}-${madeSecond}`, resourceVersion: '1', creationTimestamp: at(madeSecond), ownerReferences: [{ kind, name: owner, controller: true }] },
    spec: { nodeName: 'm', containers: [] }, status: { conditions: [{ type: 'Ready', status: readySecond === undefined ? 'False' : 'True', lastTransitionTime: at(readySecond ?? madeSecond) }] },
  })
  const replaced = (pods: readonly Pod[], events: readonly KubeEvent[]): unknown[] => replacementEpisodes(pods, events).map(({ name, beginMs, endMs, message }) => [name, endMs === undefined ? undefined : (endMs - beginMs) / 1000, message])
  it('a Pod that was lost with its Node is healed when the Pod in its place is Ready', () => {
    deepEqual(replaced([pod('web-7d-old', 'ReplicaSet', 'web-7d', 1, 2), pod('web-7d-new', 'ReplicaSet', 'web-7d', 10, 14)], [evicted('web-7d-gone', 10)]), [['web-7d-gone', 4, 'by web-7d-new on m, Ready after 4s']])
    deepEqual(replaced([pod('web-7d-new', 'ReplicaSet', 'web-7d', 10)], [evicted('web-7d-gone', 10)]), [['web-7d-gone', undefined, 'by web-7d-new on m, which is not Ready yet']])
  })
  it('each lost Pod has a replacement of its own, one of a StatefulSet that of its name', () => {
    const pods = [pod('web-7d-b', 'ReplicaSet', 'web-7d', 10, 12), pod('web-7d-c', 'ReplicaSet', 'web-7d', 11, 15), pod('db-1', 'StatefulSet', 'db', 10, 20), pod('db-0', 'StatefulSet', 'db', 10, 11)]
    deepEqual(replaced(pods, [evicted('web-7d-a', 10), evicted('web-7d-z', 10), evicted('db-1', 10)]).map((entry) => JSON.stringify(entry)), [
      '["web-7d-a",2,"by web-7d-b on m, Ready after 2s"]', '["web-7d-z",5,"by web-7d-c on m, Ready after 5s"]', '["db-1",10,"by db-1 on m, Ready after 10s"]',
    ])
  })
  it('a replacement that was lost in its turn is not told of twice, and what nobody replaced is not told of', () => {
    deepEqual(replaced([pod('web-7d-c', 'ReplicaSet', 'web-7d', 40, 45)], [evicted('web-7d-a', 10), evicted('web-7d-b', 40)]), [['web-7d-b', 5, 'by web-7d-c on m, Ready after 5s']])
    deepEqual(replaced([pod('web-7d-c', 'ReplicaSet', 'web-7d', 10, 12)], [evicted('alone', 10)]), [])
    deepEqual(replaced([pod('web-7d-c', 'ReplicaSet', 'web-7d', 1_000, 1_001)], [evicted('web-7d-a', 10)]), [])
  })
})
