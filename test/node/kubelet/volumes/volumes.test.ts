// Volumes of a Pod on real folders: made, refreshed, mounted, taken down. Memory volumes need root.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PodSpec } from '../../../../node/objects/generated/core-v1.ts'
import { TokenKeeper } from '../../../../node/kubelet/volumes/tokens.ts'
import { Volumes } from '../../../../node/kubelet/volumes/volumes.ts'
import type { VolumeContext } from '../../../../node/kubelet/volumes/volumes.ts'
import { FakeApi } from '../../../support/fake-api.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'
import { makeClaim, makeVolume } from '../../../support/volume-fixtures.ts'

describe('kubelet / volumes', () => {
  let folder: string
  let volumes: Volumes
  let text = 'one'
  const context: VolumeContext = {
    podAddresses: [], hostAddresses: [], allocatable: {},
    objects: { configMap: (name) => (name === 'cm' ? { metadata: { name }, data: { k: text } } : undefined), secret: () => undefined, claim: () => undefined, volume: () => undefined },
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-volumes-'))
    const api = new FakeApi()
    volumes = new Volumes({ tokens: new TokenKeeper({ transport: api, clock: api.clock }), node: () => undefined }, { podsDirectory: join(folder, 'pods'), volumesDirectory: join(folder, 'claimed'), volatileDirectory: join(folder, 'volatile') })
  })
  afterEach(async () => {
    await volumes.tearDown('uid-1')
    rmSync(folder, { recursive: true, force: true })
  })
  const setUp = (list: PodSpec['volumes'], spec: Partial<PodSpec> = {}): Promise<ReadonlyMap<string, string>> => volumes.setUp(makePod({ ...spec, volumes: list }), context)

  it('makes empty folders that every user may write', async () => {
    const path = (await setUp([{ name: 'data', emptyDir: {} }])).get('data') ?? ''
    equal(statSync(path).mode & 0o7777, 0o777)
  })
  it('gives them to the Pod\'s group', async () => {
    const path = (await setUp([{ name: 'data', emptyDir: {} }], { securityContext: { fsGroup: 1234 } })).get('data') ?? ''
    deepEqual([statSync(path).gid, statSync(path).mode & 0o7777], [1234, 0o2777])
  })
  it('mounts memory once, within its limit', async () => {
    const list = [{ name: 'mem', emptyDir: { medium: 'Memory', sizeLimit: '2Mi' } }]
    const path = (await setUp(list)).get('mem') ?? ''
    await setUp(list)
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(path))
    deepEqual([mounts.length, mounts[0]?.includes('size=2048k')], [1, true])
  })
  it('refreshes what is made of objects', async () => {
    const list = [{ name: 'c', configMap: { name: 'cm' } }]
    const path = (await setUp(list)).get('c') ?? ''
    equal(readFileSync(join(path, 'k'), 'utf8'), 'one')
    text = 'two'
    await setUp(list)
    equal(readFileSync(join(path, 'k'), 'utf8'), 'two')
  })
  it('gives the volume of a claim to the Pod\'s group once, and mounts it read-only when the claim is used so', async () => {
    const claim = makeClaim({ volumeName: 'pv' }, { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }, { phase: 'Bound' })
    const volume = makeVolume('pv', { claimRef: { namespace: 'default', name: 'data', uid: 'c1' } }, { annotations: { 'pv.kubernetes.io/provisioned-by': 'shoal.dev/local-path' } })
    const list = [{ name: 'v', persistentVolumeClaim: { claimName: 'data', readOnly: true } }]
    const pod = makePod({ volumes: list, securityContext: { fsGroup: 1234 } })
    const withClaim = { ...context, objects: { ...context.objects, claim: () => claim, volume: () => volume } }
    const paths = await volumes.setUp(pod, withClaim)
    const path = paths.get('v') ?? ''
    deepEqual([path, statSync(path).gid, statSync(path).mode & 0o7777], [join(folder, 'claimed', 'pv'), 1234, 0o2777])
    chownSync(path, 0, 0)
    await volumes.setUp(pod, withClaim)
    equal(statSync(path).gid, 0)
    const [mount] = await volumes.mounts(pod, named('main', { volumeMounts: [{ name: 'v', mountPath: '/d' }] }), paths, new Map())
    deepEqual([mount?.readonly, mount?.hostPath], [true, path])
    await volumes.tearDown('uid-1')
    equal(existsSync(path), true)
  })
  it('mounts them where the container wants', async () => {
    const paths = await setUp([{ name: 'data', emptyDir: {} }])
    const container = named('main', { volumeMounts: [{ name: 'data', mountPath: '/d', readOnly: true, mountPropagation: 'HostToContainer' }] })
    deepEqual(await volumes.mounts(makePod(), container, paths, new Map()), [{ containerPath: '/d', hostPath: paths.get('data'), readonly: true, propagation: 'PROPAGATION_HOST_TO_CONTAINER' }])
    await rejects(volumes.mounts(makePod(), named('main', { volumeMounts: [{ name: 'none', mountPath: '/d' }] }), paths, new Map()), /no such volume/)
  })
  it('refuses kinds that it does not know, by name', async () => {
    await rejects(setUp([{ name: 'v', nfs: { server: 's', path: '/' } }]), /kind nfs are not supported/)
  })
  it('takes everything down', async () => {
    await setUp([{ name: 'mem', emptyDir: { medium: 'Memory' } }, { name: 'c', configMap: { name: 'cm' } }])
    await volumes.tearDown('uid-1')
    deepEqual([existsSync(join(folder, 'pods/uid-1')), existsSync(join(folder, 'volatile/uid-1'))], [false, false])
  })
})
