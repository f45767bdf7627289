// Volumes behind claims on real folders: made once, kept, refused with a reason, given to the Pod's group.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimedVolume, giveToGroup } from '../../../../node/kubelet/volumes/claimed.ts'
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../node/objects/generated/core-v1.ts'
import { makePod } from '../../../support/pod-fixtures.ts'
import { makeClaim, makeNode, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const volume = { name: 'v', persistentVolumeClaim: { claimName: 'data' } }
const ofClaim = { namespace: 'default', name: 'data', uid: 'c1' }
const ours = { 'pv.kubernetes.io/provisioned-by': 'shoal.dev/local-path' }
const bound = (more: PersistentVolumeClaim['metadata'] = {}): PersistentVolumeClaim => makeClaim({ volumeName: 'pv' }, { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' }, ...more }, { phase: 'Bound' })
const made = (spec: PersistentVolume['spec'] = {}): PersistentVolume => makeVolume('pv', { claimRef: ofClaim, nodeAffinity: onNode('n1'), ...spec }, { annotations: ours })

describe('kubelet / volumes / claimed', () => {
  let folder: string
  const place = (claim: PersistentVolumeClaim | undefined, found: PersistentVolume | undefined, pod: Pod = makePod(), node: Node | undefined = makeNode('n1')): Promise<string> =>
    claimedVolume(pod, volume, { claim: () => claim, volume: () => found }, { volumesDirectory: join(folder, 'volumes'), node })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-claimed-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('makes the folder that every user may write, and never changes it again', async () => {
    const path = await place(bound(), made())
    equal(path, join(folder, 'volumes', 'pv'))
    equal(statSync(path).mode & 0o7777, 0o777)
    writeFileSync(join(path, 'kept'), 'x')
    rmSync(path, { recursive: true })
    mkdirSync(path, { mode: 0o750 })
    await place(bound(), made())
    equal(statSync(path).mode & 0o7777, 0o750)
  })

  it('mounts what people have put there, and says so when it is not there', async () => {
    mkdirSync(join(folder, 'disk'))
    const local = (path: string): PersistentVolume => makeVolume('pv', { claimRef: ofClaim, local: { path } })
    equal(await place(bound(), local(join(folder, 'disk'))), join(folder, 'disk'))
    await rejects(place(bound(), local(join(folder, 'none'))), /path ".*none" does not exist/)
    equal(await place(bound(), makeVolume('pv', { claimRef: ofClaim, hostPath: { path: join(folder, 'host'), type: 'DirectoryOrCreate' } })), join(folder, 'host'))
    await rejects(place(bound(), makeVolume('pv', { claimRef: ofClaim, nfs: { server: 'a', path: '/' } })), /persistent volumes of kind nfs are not supported/)
  })

  it('says what of the disk failed', async () => {
    writeFileSync(join(folder, 'volumes'), 'a file where a folder should be')
    await rejects(place(bound(), made()), /cannot make its folder: (ENOTDIR|EEXIST)/)
  })

  it('mounts nothing that is not the claim\'s, or not here, or on its way out', async () => {
    await rejects(place(undefined, undefined), /persistentvolumeclaim "data" not found/)
    await rejects(place(makeClaim(), made()), /PVC "data" is not bound/)
    await rejects(place(bound(), undefined), /failed to fetch PV pv from API server/)
    await rejects(place(bound(), made({ claimRef: { ...ofClaim, uid: 'other' } })), /belongs to another claim/)
    await rejects(place(bound(), made(), makePod(), makeNode('n2')), /node affinity names others/)
    const ending = bound({ annotations: { 'pv.kubernetes.io/bind-completed': 'yes' }, deletionTimestamp: 'x' })
    await rejects(place(ending, made()), /can't start pod because PVC "data" is being deleted/)
    equal(await place(ending, made(), makePod({}, {}, { phase: 'Running' })), join(folder, 'volumes', 'pv'))
    equal(existsSync(join(folder, 'volumes', 'other')), false)
  })

  it('gives everything inside to the group, and follows no link', async () => {
    const root = join(folder, 'data')
    mkdirSync(join(root, 'sub'), { recursive: true })
    writeFileSync(join(root, 'sub', 'file'), 'x', { mode: 0o600 })
    writeFileSync(join(folder, 'outside'), 'x', { mode: 0o600 })
    symlinkSync(join(folder, 'outside'), join(root, 'link'))
    await giveToGroup(root, 1234, false)
    const seen = (path: string): readonly [number, number] => [lstatSync(path).gid, lstatSync(path).mode & 0o7777]
    deepEqual([seen(join(root, 'sub', 'file')), seen(join(root, 'sub'))[0], seen(join(root, 'sub'))[1] & 0o2070, lstatSync(join(root, 'link')).gid], [[1234, 0o660], 1234, 0o2070, 1234])
    deepEqual([statSync(join(folder, 'outside')).gid === 1234, statSync(join(folder, 'outside')).mode & 0o777], [false, 0o600])
    writeFileSync(join(root, 'later'), 'x', { mode: 0o600 })
    const before = lstatSync(join(root, 'later')).mode
    await giveToGroup(root, 1234, true)
    equal(lstatSync(join(root, 'later')).mode, before)
  })
})
