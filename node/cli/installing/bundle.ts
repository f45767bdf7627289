// Makes one archive that installs Shoal where no network is: the project with its packages and Node, Debian packages of the
// system programs with all that they need, and the images of the first steps. It is unpacked anywhere, and `./shoal install` in it
// fetches nothing. It is for machines of this processor and this release of Debian or Ubuntu.
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../../platform/processes.ts'
import { bundleFailed } from '../errors.ts'
import { buildImage, busyboxRecipe, nginxRecipe, pauseRecipe } from '../machines/images.ts'
import type { Progress } from '../progress.ts'
import { copyTree } from './tree.ts'

export interface BundleOptions {
  /** The project's folder. */
  readonly project: string
  /** The Node binary that runs this. */
  readonly node: string
  /** The archive to write. */
  readonly archive: string
  /** Names of Debian packages; none where the machines have them. */
  readonly packages: readonly string[]
}

/** Debian packages of the programs that a peer runs; what they depend on is found by apt. */
export const peerPackages = ['containerd', 'runc', 'containernetworking-plugins', 'nftables', 'iproute2', 'conntrack', 'socat'] as const

/** Images by the name of their archive; the first sorts first, since every Pod needs it. */
export const bundledImages = [['00-pause', pauseRecipe], ['busybox', busyboxRecipe], ['nginx', nginxRecipe]] as const

async function must(step: string, file: string, args: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await runCommand(file, args, { cwd })
  if (status !== 0) throw bundleFailed.make({ step, reason: stderr.trim().slice(-400) })
  return stdout
}

/** The packages and all that they need, down to those that every Debian system has. */
async function withDependencies(names: readonly string[], cwd: string): Promise<readonly string[]> {
  const quiet = ['--recurse', '--no-recommends', '--no-suggests', '--no-conflicts', '--no-breaks', '--no-replaces', '--no-enhances']
  const listed = await must('find what the packages need', 'apt-cache', ['depends', ...quiet, ...names], cwd)
  const all = [...new Set(listed.split('\n').filter((line) => /^[a-z0-9]/.test(line)))]
  const shown = await must('find what every system has', 'apt-cache', ['show', '--no-all-versions', ...all], cwd)
  const required = new Set(shown.split('\n\n').flatMap((record) => (/^(Essential: yes|Priority: required)$/m.test(record) ? [/^Package: (.*)$/m.exec(record)?.[1] ?? ''] : [])))
  return all.filter((name) => !required.has(name))
}

/** Writes the archive; a half one never bears its name. Throws SHOAL_BUNDLE_FAILED. */
export async function makeBundle({ project, node, archive, packages }: BundleOptions, progress: Progress): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'shoal-bundle-'))
  try {
    const tree = join(work, 'shoal')
    copyTree(project, tree, node)
    progress.step('the project, its packages and Node are copied')
    const folder = join(tree, 'bundle/packages')
    mkdirSync(folder, { recursive: true })
    if (packages.length > 0) {
      const wanted = await withDependencies(packages, work)
      await must('download the Debian packages', 'apt-get', ['download', '-qq', ...wanted], folder)
      progress.step(`${wanted.length} Debian packages are downloaded`)
    }
    for (const [name, recipe] of packages.length > 0 ? bundledImages : []) await buildImage(recipe, join(tree, 'bundle/images', `${name}.tar`), join(work, 'for-images'))
    await must('write the archive', 'tar', ['--owner=0', '--group=0', '-I', 'gzip -1', '-cf', `${archive}.part`, '-C', work, 'shoal'], process.cwd())
    renameSync(`${archive}.part`, archive)
    progress.step(`${archive} is written`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
