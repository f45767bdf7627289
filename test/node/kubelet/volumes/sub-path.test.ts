// Parts of volumes, with the attacks that other kubelets fell for: CVE-2017-1002101 and CVE-2021-25741. Needs root.
import { equal, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mountSubPath } from '../../../../node/kubelet/volumes/sub-path.ts'

describe('kubelet / volumes / sub path', () => {
  let folder: string
  let volume: string
  let target: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-subpath-'))
    volume = join(folder, 'volume')
    target = join(folder, 'target')
    mkdirSync(volume)
    writeFileSync(join(folder, 'secret'), 'outside')
  })
  afterEach(() => {
    try {
      execFileSync('umount', ['-l', target], { stdio: 'ignore' })
    } catch {
      // Most of these tests mount nothing.
    }
    rmSync(folder, { recursive: true, force: true })
  })

  it('mounts a file, also through links that stay inside', async () => {
    mkdirSync(join(volume, '..v1'))
    writeFileSync(join(volume, '..v1/key'), 'value')
    symlinkSync('..v1', join(volume, '..data'))
    symlinkSync('..data/key', join(volume, 'key'))
    await mountSubPath(volume, 'key', target, 'v')
    equal(readFileSync(target, 'utf8'), 'value')
  })
  it('mounts a folder and makes what is missing', async () => {
    await mountSubPath(volume, 'a/b', target, 'v')
    writeFileSync(join(target, 'x'), '1')
    equal(readFileSync(join(volume, 'a/b/x'), 'utf8'), '1')
  })
  it('refuses every way out', async () => {
    symlinkSync(folder, join(volume, 'up'))
    symlinkSync('../secret', join(volume, 'file'))
    symlinkSync('/', join(volume, 'root'))
    for (const path of ['..', '../secret', '/etc', 'a/../../secret', 'up', 'up/secret', 'file', 'root/etc']) {
      await rejects(mountSubPath(volume, path, target, 'v'), /subPath/, path)
    }
  })
})
