// hostPath types: Kubernetes documentation, hostPath volume types.
import { equal, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostPath } from '../../../../node/kubelet/volumes/host-path.ts'

describe('kubelet / volumes / host path', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-hostpath-'))
    writeFileSync(join(folder, 'file'), '')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('takes what is what it should be', async () => {
    equal(await hostPath('v', folder, 'Directory'), folder)
    equal(await hostPath('v', join(folder, 'file'), 'File'), join(folder, 'file'))
    equal(await hostPath('v', '/dev/null', 'CharDevice'), '/dev/null')
    equal(await hostPath('v', folder, ''), folder)
  })
  it('makes what may be made', async () => {
    await hostPath('v', join(folder, 'new/deep'), 'DirectoryOrCreate')
    equal(statSync(join(folder, 'new/deep')).isDirectory(), true)
    await hostPath('v', join(folder, 'touched'), 'FileOrCreate')
    equal(statSync(join(folder, 'touched')).isFile(), true)
  })
  it('refuses the rest', async () => {
    await rejects(hostPath('v', join(folder, 'none'), 'Directory'), /is not a directory/)
    await rejects(hostPath('v', folder, 'File'), /is not a file/)
    await rejects(hostPath('v', join(folder, 'file'), 'DirectoryOrCreate'), /is not a directory/)
    await rejects(hostPath('v', folder, 'Socket'), /is not a socket file/)
  })
})
