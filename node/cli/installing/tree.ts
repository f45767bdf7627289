// What of a checkout an installed Shoal needs: sources, the pages that ship, and the packages that it runs with, without those
// of its tests. It copies; where to and why is the business of install.ts and bundle.ts.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const parts = ['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'ARCHITECTURE.md', 'shoal', 'docs', 'node', 'protocol', 'sim'] as const

/** As npm writes it: a folder below the project by what stands in it (npm documentation, package-lock.json, "packages"). */
interface LockFile {
  readonly packages: { readonly [folder: string]: { readonly dev?: boolean; readonly devOptional?: boolean } }
}

/** Folders of the packages that a daemon runs with, those of other platforms included. */
export function packageFolders(lock: string): readonly string[] {
  const { packages } = JSON.parse(lock) as LockFile
  return Object.entries(packages).flatMap(([folder, entry]) => (folder === '' || entry.dev === true || entry.devOptional === true ? [] : [folder]))
}

/** Copies the project at `from` into the folder `to`, with the Node binary `node` where npm would have put it. */
export function copyTree(from: string, to: string, node: string): void {
  mkdirSync(to, { recursive: true })
  for (const part of parts) cpSync(join(from, part), join(to, part), { recursive: true, preserveTimestamps: true })
  for (const folder of packageFolders(readFileSync(join(from, 'package-lock.json'), 'utf8'))) {
    // What npm left out is for other machines than this.
    if (existsSync(join(from, folder))) cpSync(join(from, folder), join(to, folder), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  const nodePackage = dirname(dirname(node))
  const target = join(to, 'node_modules', basename(nodePackage))
  if (basename(nodePackage).startsWith('node-linux-') && !existsSync(target)) cpSync(nodePackage, target, { recursive: true, preserveTimestamps: true })
}
