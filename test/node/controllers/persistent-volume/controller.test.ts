// Volumes with all controllers and the scheduler on the fake API: claims of StatefulSets from nothing to bound, through crashes,
// a peer that is gone, volumes that are given up, and their end. Kubelets are three lines; folders are theirs.
import assert from 'node:assert/strict'
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../node/objects/generated/core-v1.ts'
import type { StatefulSet } from '../../../../node/objects/generated/apps-v1.ts'
import type { StorageClass } from '../../../../node/objects/generated/storage-v1.ts'
import { ControlPlane } from '../../../support/control-plane.ts'
import { makeClaim, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const setPath = '/apis/apps/v1/namespaces/default/statefulsets'
const claimPath = '/api/v1/namespaces/default/persistentvolumeclaims'
const classPath = '/apis/storage.k8s.io/v1/storageclasses'

describe('controllers / persistent volume', () => {
  let plane: ControlPlane
  const claims = (): PersistentVolumeClaim[] => plane.api.all<PersistentVolumeClaim>('/api/v1/persistentvolumeclaims')
  const volumes = (): PersistentVolume[] => plane.api.all<PersistentVolume>('/api/v1/persistentvolumes')
  const claim = (name: string): PersistentVolumeClaim | undefined => plane.api.get<PersistentVolumeClaim>(`${claimPath}/${name}`)
  const pod = (name: string): Pod | undefined => plane.api.get<Pod>(`/api/v1/namespaces/default/pods/${name}`)
  const volumeOf = (name: string): PersistentVolume | undefined => plane.api.get<PersistentVolume>(`/api/v1/persistentvolumes/${claim(name)?.spec?.volumeName}`)
  const homeOf = (name: string): string | undefined => volumeOf(name)?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0]
  const told = (reason: string): readonly string[] => plane.api.all<Event>('/api/v1/events').filter((event) => event.reason === reason).map((event) => event.message ?? '')
  const rounds = async (count: number): Promise<void> => {
    for (let round = 0; round < count; round++) {
      await plane.runKubelets()
      plane.clock.advance(2_000)
    }
    await plane.runKubelets()
  }
  const grow = (replicas: number): void => plane.api.change(`${setPath}/db`, (old: StatefulSet) => ({ ...old, spec: { ...old.spec, replicas } }))
  const makeSet = (more: object = {}): void => {
    const template = { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'i', volumeMounts: [{ name: 'data', mountPath: '/d' }] }] } }
    const spec = { replicas: 2, selector: { matchLabels: { app: 'db' } }, serviceName: 'db', podManagementPolicy: 'OrderedReady', updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } }, template, ...more }
    const volumeClaimTemplates = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeMode: 'Filesystem' } }]
    plane.api.put(setPath, { metadata: { name: 'db', namespace: 'default' }, spec: { ...spec, volumeClaimTemplates } } as never)
  }
  /** What the API does for every claim and volume. */
  const protect = (): void => {
    for (const one of claims()) if (one.metadata.finalizers === undefined && one.metadata.deletionTimestamp === undefined) plane.api.change(`${claimPath}/${one.metadata.name}`, (old: PersistentVolumeClaim) => ({ ...old, metadata: { ...old.metadata, finalizers: ['kubernetes.io/pvc-protection'] } }))
  }
  /** What the kubelet of a peer does: it lets go of volumes whose folder it has removed. */
  const reclaim = (node: string): void => {
    for (const one of volumes()) {
      if (one.metadata.deletionTimestamp === undefined || one.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0] !== node) continue
      plane.api.remove(`/api/v1/persistentvolumes/${one.metadata.name}`)
    }
  }

  beforeEach(async () => {
    plane = new ControlPlane()
    plane.api.put('/api/v1/namespaces', { metadata: { name: 'kube-system' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } } as never)
    for (const name of ['a', 'b', 'c']) plane.addNode(name)
    await plane.start()
  })

  afterEach(() => plane.stop())

  it('the cluster has its own class; who deletes it has the last word', async () => {
    const own = plane.api.get<StorageClass>(`${classPath}/local-path`)
    assert.deepEqual([own?.provisioner, own?.volumeBindingMode, own?.metadata.annotations], ['shoal.dev/local-path', 'WaitForFirstConsumer', { 'storageclass.kubernetes.io/is-default-class': 'true' }])
    plane.api.remove(`${classPath}/local-path`)
    await plane.stop()
    await plane.start()
    assert.equal(plane.api.get(`${classPath}/local-path`), undefined)
  })

  it('a StatefulSet gets claims and volumes, each where its Pod runs, and keeps them when a Pod is replaced', async () => {
    makeSet()
    await rounds(3)
    protect()
    assert.deepEqual(claims().map((one) => [one.metadata.name, one.status?.phase, one.spec?.storageClassName]).sort(), [['data-db-0', 'Bound', 'local-path'], ['data-db-1', 'Bound', 'local-path']])
    for (const name of ['db-0', 'db-1']) assert.equal(homeOf(`data-${name}`), pod(name)?.spec?.nodeName)
    assert.deepEqual(volumes().map((one) => one.status?.phase), ['Bound', 'Bound'])
    assert.equal(told('ProvisioningSucceeded').length, 2)
    const before = claim('data-db-0')?.spec?.volumeName
    plane.api.remove('/api/v1/namespaces/default/pods/db-0')
    await rounds(3)
    assert.deepEqual([claim('data-db-0')?.spec?.volumeName, pod('db-0')?.spec?.nodeName, pod('db-0')?.status?.phase], [before, homeOf('data-db-0'), 'Running'])
  })

  it('wherever it crashes between two writes, every claim ends with one volume', async () => {
    makeSet()
    for (let writes = 0; writes < 40 && pod('db-1')?.status?.phase !== 'Running'; writes++) {
      plane.api.breakAfter(writes % 4)
      await plane.run()
      await plane.stop()
      plane.api.repair()
      await plane.start()
      await plane.runKubelets()
      plane.clock.advance(3_000)
    }
    await rounds(2)
    assert.deepEqual([claims().length, volumes().length], [2, 2])
    assert.deepEqual(claims().map((one) => one.status?.phase), ['Bound', 'Bound'])
  })

  it('scaled down, claims stay or go as the policy says, and volumes go with them', async () => {
    makeSet({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' } })
    await rounds(3)
    protect()
    const [home, other] = [homeOf('data-db-1') ?? '', claim('data-db-0')?.spec?.volumeName]
    grow(1)
    await rounds(3)
    assert.deepEqual(claims().map((one) => one.metadata.name), ['data-db-0'])
    assert.equal(volumes().filter((one) => one.metadata.deletionTimestamp !== undefined).length, 1)
    reclaim(home)
    await rounds(1)
    assert.deepEqual(volumes().map((one) => one.metadata.name), [other])
  })

  it('once all is as wanted, nothing is written; claims go with a set that says so', async () => {
    makeSet({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } })
    await rounds(3)
    protect()
    await rounds(1)
    const writes = plane.api.writes.length
    await plane.stop()
    await plane.start()
    await rounds(2)
    assert.deepEqual(plane.api.writes.slice(writes), [])
    assert.deepEqual(claims().map((one) => one.metadata.ownerReferences?.map((owner) => owner.kind)), [['StatefulSet'], ['StatefulSet']])
    plane.api.remove(`${setPath}/db`)
    await rounds(4)
    assert.deepEqual([plane.pods().length, claims().length], [0, 0])
  })

  it('a Pod whose volume lies on a peer that is gone waits and says so; given up, it begins empty elsewhere', async () => {
    makeSet({ replicas: 1 })
    await rounds(2)
    protect()
    const home = homeOf('data-db-0') ?? ''
    const old = claim('data-db-0')
    plane.membership.set(home, 'dead')
    await rounds(1)
    assert.match(told('WaitingForPeer').join('\n'), new RegExp(`lies on the peer ${home}, which is gone.*shoal volume abandon default/data-db-0`))
    // The Pod is fenced and forgotten; its successor can go nowhere.
    plane.api.remove('/api/v1/namespaces/default/pods/db-0')
    await rounds(3)
    assert.equal(pod('db-0')?.spec?.nodeName, undefined)
    assert.match(told('FailedScheduling').join('\n'), /0\/3 nodes are available: 1 node\(s\) had untolerated taint {node.kubernetes.io\/unreachable: }, 2 node\(s\) had volume node affinity conflict\. preemption/)
    plane.api.change(`${claimPath}/data-db-0`, (one: PersistentVolumeClaim) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, 'shoal.dev/abandon-volume': old?.spec?.volumeName } } }))
    await rounds(6)
    const made = claim('data-db-0')
    assert.notEqual(made?.metadata.uid, old?.metadata.uid)
    assert.deepEqual([made?.status?.phase, made?.metadata.labels], ['Bound', { app: 'db' }])
    assert.notEqual(homeOf('data-db-0'), home)
    assert.equal(pod('db-0')?.status?.phase, 'Running')
    const given = volumes().find((one) => one.metadata.name === old?.spec?.volumeName)
    assert.deepEqual([given?.status?.phase, given?.metadata.deletionTimestamp !== undefined, given?.metadata.annotations?.['shoal.dev/claim-to-remake']], ['Released', true, undefined])
  })

  it('a class may say that volumes of dead peers are given up by themselves, but not while their Pod may be there', async () => {
    plane.api.change(`${classPath}/local-path`, (one: StorageClass) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, 'shoal.dev/on-peer-loss': 'recreate' } } }))
    makeSet({ replicas: 1 })
    await rounds(2)
    protect()
    const [home, uid] = [homeOf('data-db-0') ?? '', claim('data-db-0')?.metadata.uid]
    plane.membership.set(home, 'dead')
    await rounds(2)
    assert.equal(claim('data-db-0')?.metadata.uid, uid)
    plane.api.remove('/api/v1/namespaces/default/pods/db-0')
    await rounds(6)
    assert.notEqual(claim('data-db-0')?.metadata.uid, uid)
    assert.equal(pod('db-0')?.status?.phase, 'Running')
    assert.notEqual(homeOf('data-db-0'), home)
    assert.deepEqual([told('WaitingForPeer').length, told('VolumeAbandoned').length], [0, 1])
  })

  it('a claim of a Pod that nobody owns is made anew as well', async () => {
    plane.api.put(claimPath, makeClaim({}, { name: 'mine', labels: { keep: 'me' } }) as never)
    plane.api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'one', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'mine' } }] } } as never)
    await rounds(2)
    const old = claim('mine')
    assert.equal(old?.status?.phase, 'Bound')
    plane.api.remove('/api/v1/namespaces/default/pods/one')
    plane.api.change(`${claimPath}/mine`, (one: PersistentVolumeClaim) => ({ ...one, metadata: { ...one.metadata, annotations: { ...one.metadata.annotations, 'shoal.dev/abandon-volume': old?.spec?.volumeName } } }))
    await rounds(2)
    const made = claim('mine')
    assert.deepEqual([made?.metadata.uid === old?.metadata.uid, made?.status?.phase, made?.metadata.labels, made?.spec?.volumeName, made?.metadata.annotations], [false, 'Pending', { keep: 'me' }, undefined, {}])
  })

  it('takes volumes that people made, here the smallest that fits, and only where they lie', async () => {
    plane.api.put(classPath, { metadata: { name: 'mine' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' } as never)
    for (const [name, storage, node] of [['big', '9Gi', 'a'], ['small', '2Gi', 'b'], ['tiny', '1Mi', 'c']] as const) plane.api.put('/api/v1/persistentvolumes', makeVolume(name, { capacity: { storage }, storageClassName: 'mine', persistentVolumeReclaimPolicy: 'Retain', nodeAffinity: onNode(node), local: { path: '/x' } }) as never)
    plane.api.put(claimPath, makeClaim({ storageClassName: 'mine' }, { name: 'theirs' }) as never)
    await plane.run()
    assert.equal(claim('theirs')?.status?.phase, 'Pending')
    plane.api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'one', namespace: 'default' }, spec: { nodeSelector: { 'kubernetes.io/hostname': 'b' }, containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'theirs' } }] } } as never)
    await rounds(2)
    assert.deepEqual([claim('theirs')?.spec?.volumeName, pod('one')?.spec?.nodeName, claim('theirs')?.status?.capacity], ['small', 'b', { storage: '2Gi' }])
  })

  it('an ephemeral volume has a claim that goes with its Pod', async () => {
    const template = { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } }, storageClassName: 'local-path' } }
    plane.api.put('/api/v1/namespaces/default/pods', { metadata: { name: 'one', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: template } }] } } as never)
    await rounds(2)
    assert.deepEqual([claim('one-scratch')?.status?.phase, pod('one')?.status?.phase], ['Bound', 'Running'])
    plane.api.remove('/api/v1/namespaces/default/pods/one')
    await rounds(2)
    assert.equal(claim('one-scratch'), undefined)
  })

  it('a claim that is missing, unbound or refused keeps its Pod waiting, in the words of the reference', async () => {
    const use = (name: string, claimName: string): void => void plane.api.put('/api/v1/namespaces/default/pods', { metadata: { name, namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] } } as never)
    plane.api.put(claimPath, makeClaim({ storageClassName: 'absent' }, { name: 'classless' }) as never)
    plane.api.put(claimPath, makeClaim({ accessModes: ['ReadWriteMany'] }, { name: 'shared' }) as never)
    for (const [name, claimName] of [['no', 'nothing'], ['un', 'classless'], ['rwx', 'shared']] as const) use(name, claimName)
    await plane.run()
    const why = told('FailedScheduling').join('\n')
    assert.match(why, /0\/3 nodes are available: persistentvolumeclaim "nothing" not found\. preemption: 0\/3 nodes are available: 3 Preemption is not helpful for scheduling\./)
    assert.match(why, /0\/3 nodes are available: pod has unbound immediate PersistentVolumeClaims\. preemption/)
    assert.match(why, /0\/3 nodes are available: 3 node\(s\) didn't find available persistent volumes to bind\. preemption/)
    const failed = told('ProvisioningFailed').join('\n')
    assert.match(failed, /storageclass.storage.k8s.io "absent" not found/)
    assert.match(failed, /failed to provision volume with StorageClass "local-path": a volume of shoal.dev\/local-path lies on one peer and cannot be ReadWriteMany: ask for ReadWriteOnce/)
  })
})
