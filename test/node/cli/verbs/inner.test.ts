// The verbs of scripts that set a machine up.
import { deepEqual, equal, match } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { TestCommand } from '../../../support/command.ts'

describe('cli / verbs / inner', () => {
  it('state prints how the running daemon stands', async () => {
    const command = new TestCommand()
    await command.serve({ 'GET /state': () => Promise.resolve({ state: 'fresh', name: 'a', pid: 1 }) })
    deepEqual(await command.ask('state'), { status: 0, out: ['fresh'], err: [] })
    await command.end()
  })

  it('runtime-config prints a configuration, with or without cgroups', async () => {
    const command = new TestCommand()
    for (const [words, expected] of [[[], 'false'], [['--rootless'], 'true']] as const) {
      const { out } = await command.run('runtime-config', ...words)
      equal(out.join('\n').includes(`disable_cgroup = ${expected}`), true)
    }
    await command.end()
  })

  it('pause-image makes an archive from the packages in a folder', async () => {
    const command = new TestCommand()
    const { status, err } = await command.run('pause-image', join(command.directory, 'pause.tar'), '--packages', busyboxPackage(command.directory))
    deepEqual({ status, err }, { status: 0, err: [] })
    match(execFileSync('tar', ['-xOf', join(command.directory, 'pause.tar'), 'manifest.json'], { encoding: 'utf8' }), /registry\.k8s\.io\/pause:/)
    await command.end()
  })
})

/** A folder with a package of the name that the image needs. */
function busyboxPackage(folder: string): string {
  const packages = join(folder, 'packages')
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true })
  mkdirSync(join(tree, 'bin'))
  mkdirSync(packages)
  writeFileSync(join(tree, 'DEBIAN/control'), 'Package: busybox-static\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <n@example.org>\nDescription: test\n')
  writeFileSync(join(tree, 'bin/busybox'), 'BUSYBOX')
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', tree, join(packages, 'busybox-static_1_all.deb')], { stdio: 'ignore' })
  return packages
}
