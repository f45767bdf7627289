// StatefulSets on the fake API with all other controllers: in order up, through an update, through crashes, and down again.
// Single decisions are tested beside their plans.
import assert from 'node:assert/strict'
import type { ControllerRevision, StatefulSet } from '../../../../node/objects/generated/apps-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'

const path = '/apis/apps/v1/namespaces/default/statefulsets'
const template = (image: string): object => ({ metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image }] } })

describe('controllers / statefulset', () => {
  let plane: ControlPlane
  const set = (): StatefulSet | undefined => plane.api.get<StatefulSet>(`${path}/db`)
  const revisions = (): ControllerRevision[] => plane.api.all<ControllerRevision>('/apis/apps/v1/controllerrevisions')
  const images = (): readonly string[] => plane.pods().map((pod) => `${pod.metadata.name} ${pod.spec?.containers[0]?.image}`).sort()
  const change = (spec: object): void => plane.api.change(`${path}/db`, (old: StatefulSet) => ({ ...old, metadata: { ...old.metadata, generation: (old.metadata.generation ?? 1) + 1 }, spec: { ...old.spec, ...spec } }))

  beforeEach(async () => {
    plane = new ControlPlane()
    for (const name of ['a', 'b']) plane.addNode(name)
    await plane.start()
    const spec = { replicas: 2, selector: { matchLabels: { app: 'db' } }, serviceName: 'db', podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, template: template('i:1') }
    plane.api.put(path, { metadata: { name: 'db', namespace: 'default' }, spec } as never)
  })

  afterEach(() => plane.stop())

  it('comes up in order, rolls to a new template, returns to the old one, and shrinks', async () => {
    await plane.run()
    assert.deepEqual(images(), ['db-0 i:1'])
    for (let round = 0; round < 3; round++) await plane.runKubelets()
    assert.deepEqual(images(), ['db-0 i:1', 'db-1 i:1'])
    assert.equal(set()?.status?.readyReplicas, 2)
    const first = set()?.status?.updateRevision
    change({ template: template('i:2') })
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual(images(), ['db-0 i:2', 'db-1 i:2'])
    assert.equal(set()?.status?.currentRevision, set()?.status?.updateRevision)
    assert.deepEqual(revisions().map((one) => one.revision).sort(), [1, 2])
    change({ template: template('i:1') })
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual(images(), ['db-0 i:1', 'db-1 i:1'])
    assert.equal(set()?.status?.currentRevision, first)
    change({ replicas: 0 })
    for (let round = 0; round < 4; round++) await plane.runKubelets()
    assert.deepEqual(images(), [])
    assert.equal(set()?.status?.replicas, 0)
  })

  it('never has two Pods of a name, wherever it crashes between two writes', async () => {
    for (let writes = 0; writes < 12 && set()?.status?.readyReplicas !== 2; writes++) {
      plane.api.breakAfter(writes % 3)
      await plane.run()
      await plane.stop()
      plane.api.repair()
      await plane.start()
      await plane.runKubelets()
    }
    assert.deepEqual(images(), ['db-0 i:1', 'db-1 i:1'])
    assert.equal(revisions().length, 1)
  })
})
