// Images from packages, with a cache that holds them already: what is in the archive, and that it is made once.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildImage, type ImageRecipe, nginxRecipe, pauseRecipe } from '../../../../node/cli/machines/images.ts'
import { yardFailed } from '../../../../node/cli/errors.ts'

/** A Debian package with these files. */
function makePackage(folder: string, name: string, files: { readonly [path: string]: string }): void {
  const root = mkdtempSync(join(tmpdir(), 'shoal-package-'))
  mkdirSync(join(root, 'DEBIAN'))
  writeFileSync(join(root, 'DEBIAN/control'), `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: Nobody <n@example.org>\nDescription: test\n`)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', root, join(folder, `${name}_1_all.deb`)], { stdio: 'ignore' })
  rmSync(root, { recursive: true })
}

const tar = (...args: readonly string[]): string => execFileSync('tar', [...args], { encoding: 'utf8' })

describe('cli / machines / images', () => {
  let folder: string
  let cache: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-images-'))
    cache = join(folder, 'cache')
    mkdirSync(cache)
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is a docker archive with one layer and a configuration that names it', async () => {
    makePackage(cache, 'busybox-static', { 'usr/bin/busybox': 'BUSYBOX', 'usr/share/doc/busybox/copyright': 'text' })
    const archive = join(folder, 'pause.tar')
    await buildImage(pauseRecipe, archive, cache)
    const manifest = JSON.parse(tar('-xOf', archive, 'manifest.json')) as readonly { readonly Config: string; readonly RepoTags: readonly string[]; readonly Layers: readonly string[] }[]
    deepEqual(manifest.map((image) => [image.RepoTags, image.Layers]), [[['registry.k8s.io/pause:3.6'], ['layer.tar']]])
    const config = JSON.parse(tar('-xOf', archive, manifest[0]?.Config ?? ''))
    deepEqual(config.config.Entrypoint, ['/bin/sleep', '2147483647'])
    execFileSync('tar', ['-xf', archive, '-C', folder, 'layer.tar'])
    deepEqual(config.rootfs.diff_ids, [`sha256:${createHash('sha256').update(readFileSync(join(folder, 'layer.tar'))).digest('hex')}`])
    const names = tar('-tf', join(folder, 'layer.tar')).split('\n')
    for (const name of ['./bin/sleep', './bin/busybox', './etc/nsswitch.conf']) ok(names.includes(name), name)
    ok(!names.some((name) => name.includes('copyright')))
    const before = statSync(archive).mtimeMs
    await buildImage(pauseRecipe, archive, cache)
    equal(statSync(archive).mtimeMs, before)
  })

  it("gives nginx the real image's stop signal, logs on the standard streams, and Debian's libraries where programs look", () => {
    equal(nginxRecipe.stopSignal, 'SIGQUIT')
    const root = join(folder, 'root')
    const files = { 'usr/bin/busybox': 'B', 'usr/sbin/nginx': 'N', 'lib/x86_64-linux-gnu/libc.so.6': 'C', 'usr/lib/x86_64-linux-gnu/libpcre.so': 'P', 'lib64/ld.so': 'L' }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    nginxRecipe.finish(root)
    equal(readFileSync(join(root, 'lib/x86_64-linux-gnu/libc.so.6'), 'utf8'), 'C')
    equal(readFileSync(join(root, 'lib/x86_64-linux-gnu/libpcre.so'), 'utf8'), 'P')
    equal(readFileSync(join(root, 'lib64/ld.so'), 'utf8'), 'L')
    ok(readFileSync(join(root, 'etc/nginx/nginx.conf'), 'utf8').includes('listen 80;'))
    equal(execFileSync('readlink', [join(root, 'var/log/nginx/access.log')], { encoding: 'utf8' }), '/dev/stdout\n')
  })

  it('says which image could not be made, and leaves nothing half', async () => {
    const broken: ImageRecipe = { ...pauseRecipe, name: 'example.org/broken:1', packages: ['broken'] }
    writeFileSync(join(cache, 'broken_1_all.deb'), 'no package')
    const archive = join(folder, 'broken.tar')
    const failure = await buildImage(broken, archive, cache).catch((error: unknown) => error)
    ok(yardFailed.is(failure) && failure.message.includes('make the image example.org/broken:1'))
    equal(statSync(archive, { throwIfNoEntry: false }), undefined)
  })
})
