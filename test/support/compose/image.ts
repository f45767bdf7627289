// The image of a peer for the compose tests, from Debian's packages: the base and the packages are kept under .cache by a
// hash of what goes into them, and only the sources are copied anew. The result is the Dockerfile's own, build argument and all.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../cluster.ts'
import { docker, must, tryDocker } from './docker.ts'

const root = join(import.meta.dirname, '../../..')
const cache = join(root, '.cache/compose')
const baseScript = join(root, 'node/cli/container/debian-base.sh')

/** The image that the compose file is told to use. */
export const imageName = 'shoal-test'

/** What decides about the stage `packages`; a change of package.json alone costs no more than its own layer. */
function packagesHash(): string {
  const hash = createHash('sha256')
  const [packages = ''] = readFileSync(join(root, 'Dockerfile'), 'utf8').split('\nFROM packages')
  for (const text of [packages, readFileSync(baseScript, 'utf8'), readFileSync(join(root, 'package-lock.json'), 'utf8')]) hash.update(text)
  return hash.digest('hex').slice(0, 12)
}

// Packages are fetched from the host's network: a bridge's may be narrower than the way out.
const build = (base: string, ...more: readonly string[]): Promise<string> => docker('build', '--quiet', '--network', 'host', '--build-arg', `BASE=${base}`, ...more, root)

/** Builds the image, or as little of it as has changed. */
export async function buildImage(): Promise<void> {
  const hash = packagesHash()
  const base = `shoal-test-base:${hash}`
  const packages = `shoal-test-packages:${hash}`
  const archive = join(cache, `${hash}.tar`)
  const startMs = performance.now()
  if ((await tryDocker('image', 'inspect', packages)).status !== 0) {
    if (existsSync(archive)) await docker('load', '--quiet', '--input', archive)
    else {
      await must(baseScript, [base])
      report('base image from Debian packages', startMs)
      await build(base, '--target', 'packages', '--tag', packages)
      await keep(archive, [base, packages])
    }
    report('packages of the image', startMs)
  }
  await build(base, '--cache-from', packages, '--tag', imageName)
  report('image', startMs)
}

async function keep(archive: string, images: readonly string[]): Promise<void> {
  mkdirSync(cache, { recursive: true })
  for (const old of readdirSync(cache)) rmSync(join(cache, old))
  await docker('save', '--output', `${archive}.part`, ...images)
  renameSync(`${archive}.part`, archive)
}
