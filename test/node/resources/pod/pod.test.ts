// Pods beyond the recorded answers: grace at deletion, ephemeral containers, quality of service.
import assert from 'node:assert/strict'
import { qualityOfService } from '../../../../node/resources/pod/defaults.ts'
import { pods } from '../../../../node/resources/pod/pod.ts'
import type { JsonObject } from '../../../../node/objects/json.ts'
import type { StrategyContext } from '../../../../node/resources/types.ts'

const context: StrategyContext = { nowMs: 0, operation: 'update', subresource: 'ephemeralcontainers', random: { uid: () => 'u', suffix: () => 'x' } }
const running: JsonObject = { metadata: { name: 'p', uid: 'u' }, spec: { nodeName: 'n', terminationGracePeriodSeconds: 10, containers: [{ name: 'c', image: 'i' }] }, status: { phase: 'Running' } }

describe('resources / pod', () => {
  it('gives a running Pod its time and others none', () => {
    assert.equal(pods.gracePeriodSeconds?.(running, undefined), 10)
    assert.equal(pods.gracePeriodSeconds?.(running, 3), 3)
    assert.equal(pods.gracePeriodSeconds?.(running, -1), 1)
    assert.equal(pods.gracePeriodSeconds?.({ ...running, status: { phase: 'Failed' } }, 30), 0)
    assert.equal(pods.gracePeriodSeconds?.({ ...running, spec: {} }, 30), 0)
  })

  it('adds ephemeral containers and changes nothing else through their door', () => {
    const wanted: JsonObject = { ...running, spec: { nodeName: 'other', containers: [], ephemeralContainers: [{ name: 'e', image: 'i', targetContainerName: 'c' }] } }
    const prepared = pods.prepare(wanted, running, context)
    assert.deepEqual(prepared.spec, { nodeName: 'n', terminationGracePeriodSeconds: 10, containers: [{ name: 'c', image: 'i' }], ephemeralContainers: [{ name: 'e', image: 'i', targetContainerName: 'c' }] })
    assert.deepEqual(pods.validate(prepared, running, context), [])
    assert.deepEqual(pods.validate({ ...prepared, spec: { ...running, ephemeralContainers: [] } }, prepared, context).map((error) => error.type), ['FieldValueForbidden'])
  })

  it('sums up requests and limits as a class', () => {
    const container = (resources: JsonObject): JsonObject => ({ containers: [{ name: 'c', resources }] })
    const all = { cpu: '1', memory: '1Gi' }
    assert.equal(qualityOfService(container({})), 'BestEffort')
    assert.equal(qualityOfService(container({ requests: { cpu: '1' } })), 'Burstable')
    assert.equal(qualityOfService(container({ requests: all, limits: all })), 'Guaranteed')
    assert.equal(qualityOfService(container({ requests: { ...all, cpu: '500m' }, limits: all })), 'Burstable')
  })
})
