// Which Pods are collected. Source: Kubernetes concepts, Pod lifecycle (Pod garbage collection).
// Nothing is deleted here; the controller asks the API first.
import assert from 'node:assert/strict'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'
import { endedPodsKept } from '../../../../node/controllers/limits.ts'
import { reasonToCollect, surplusEnded } from '../../../../node/controllers/pod-gc/plan.ts'

const pod = (nodeName: string | undefined, deletionTimestamp?: string): Pod => ({ metadata: { deletionTimestamp }, spec: { nodeName, containers: [] } })

describe('controllers / pod gc / plan', () => {
  it('collects Pods of missing nodes after asking, and ending ones that have no node', () => {
    const isKnown = (name: string): boolean => name === 'here'
    assert.deepEqual([pod('here'), pod('gone'), pod(undefined), pod(undefined, 'then'), pod('here', 'then')].map((one) => reasonToCollect(one, isKnown)), [undefined, 'ask', undefined, 'unscheduled', undefined])
  })

  it('collects the oldest of too many ended Pods', () => {
    const ended = Array.from({ length: endedPodsKept + 2 }, (_, number): Pod => ({ metadata: { name: String(number), creationTimestamp: new Date(number * 1000).toISOString() }, status: { phase: number % 2 === 0 ? 'Failed' : 'Succeeded' } }))
    assert.deepEqual(surplusEnded([...ended].reverse()).map((one) => one.metadata.name), ['0', '1'])
    assert.deepEqual(surplusEnded(ended.slice(2)), [])
  })
})
