// A DaemonSet on the fake API with all other controllers and the scheduler: on every node, on new ones, through an update, away.
// Single decisions are tested beside their plans.
import assert from 'node:assert/strict'
import type { DaemonSet } from '../../../../node/objects/generated/apps-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const path = '/apis/apps/v1/namespaces/default/daemonsets'
const template = (image: string): object => ({ metadata: { labels: { app: 'log' } }, spec: { containers: [{ name: 'c', image }] } })

describe('controllers / daemonset', () => {
  it('runs on every node, follows new nodes and templates, and leaves nothing', async () => {
    const plane = new ControlPlane()
    const places = (): readonly string[] => plane.pods().map((pod) => `${pod.spec?.nodeName} ${pod.spec?.containers[0]?.image}`).sort()
    for (const name of ['a', 'b']) plane.addNode(name)
    await plane.start()
    const spec = { selector: { matchLabels: { app: 'log' } }, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }, template: template('i:1') }
    plane.api.put(path, { metadata: { name: 'log', namespace: 'default' }, spec } as never)
    await plane.runKubelets()
    assert.deepEqual(places(), ['a i:1', 'b i:1'])
    plane.addNode('c')
    await plane.runKubelets()
    assert.deepEqual(places(), ['a i:1', 'b i:1', 'c i:1'])
    assert.equal(plane.api.get<DaemonSet>(`${path}/log`)?.status?.numberAvailable, 3)
    plane.api.change(`${path}/log`, (old: DaemonSet) => ({ ...old, metadata: { ...old.metadata, generation: 2 }, spec: { ...old.spec, template: template('i:2') } }))
    for (let round = 0; round < 5; round++) await plane.runKubelets()
    assert.deepEqual(places(), ['a i:2', 'b i:2', 'c i:2'])
    assert.equal(plane.api.get<DaemonSet>(`${path}/log`)?.status?.updatedNumberScheduled, 3)
    await plane.api.send({ method: 'DELETE', path: `${path}/log`, body: { propagationPolicy: 'Background' } })
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual(places(), [])
    await plane.stop()
  })

  it('makes one Pod a node, wherever it crashes between two writes', async () => {
    const plane = new ControlPlane()
    for (const name of ['a', 'b', 'c']) plane.addNode(name)
    plane.api.put(path, { metadata: { name: 'log', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'log' } }, template: template('i:1') } } as never)
    for (let writes = 0; writes < 9; writes++) {
      plane.api.breakAfter(writes % 3)
      await plane.start()
      await plane.stop()
      plane.api.repair()
    }
    await plane.start()
    await plane.runKubelets()
    assert.deepEqual(plane.pods().map((pod) => pod.spec?.nodeName).sort(), ['a', 'b', 'c'])
    await plane.stop()
  })
})
