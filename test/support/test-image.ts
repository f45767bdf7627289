// Container images made on the spot from Debian packages, so that no test needs a registry: pause and busybox from
// busybox-static, nginx from nginx-light with the real image's paths, command and stop signal. They are docker archives
// that `ctr images import` takes. Packages come from apt's own cache or by `apt-get download`; nothing is installed.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

interface ImageConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Env?: readonly string[]
  readonly StopSignal?: string
  readonly User?: string
  readonly WorkingDir?: string
  readonly ExposedPorts?: { readonly [port: string]: object }
}

export type TestImage = 'pause' | 'busybox' | 'nginx'

const run = (file: string, ...args: string[]): string => execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** The names under which each image is imported. */
export const imageNames: { readonly [image in TestImage]: readonly string[] } = {
  pause: ['registry.k8s.io/pause:3.6'],
  busybox: ['docker.io/library/busybox:latest', 'docker.io/library/busybox:1.36'],
  nginx: ['docker.io/library/nginx:latest', 'docker.io/library/nginx:1.22'],
}

/** Packs a root file system as a docker archive with one layer. */
function pack(rootfs: string, archive: string, names: readonly string[], config: ImageConfig): void {
  const work = mkdtempSync(join(tmpdir(), 'shoal-image-'))
  try {
    run('tar', '--sort=name', '--mtime=@0', '--numeric-owner', '--owner=0', '--group=0', '-C', rootfs, '-cf', join(work, 'layer.tar'), '.')
    const image = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created: '1970-01-01T00:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(readFileSync(join(work, 'layer.tar')))}`] },
      history: [{ created: '1970-01-01T00:00:00Z', created_by: 'shoal test image' }],
    })
    writeFileSync(join(work, 'config.json'), image)
    writeFileSync(join(work, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: names, Layers: ['layer.tar'] }]))
    run('tar', '--mtime=@0', '-C', work, '-cf', `${archive}.part`, 'manifest.json', 'config.json', 'layer.tar')
    renameSync(`${archive}.part`, archive)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Unpacks a Debian package of this machine's release into `into`. */
function unpackPackage(name: string, into: string): void {
  const cache = '/var/cache/apt/archives'
  const cached = existsSync(cache) ? readdirSync(cache).find((file) => file.startsWith(`${name}_`) && !file.includes('_i386')) : undefined
  if (cached !== undefined) {
    run('dpkg-deb', '-x', join(cache, cached), into)
    return
  }
  const downloads = mkdtempSync(join(tmpdir(), 'shoal-deb-'))
  try {
    execFileSync('apt-get', ['download', name], { cwd: downloads, stdio: ['ignore', 'pipe', 'pipe'] })
    const file = readdirSync(downloads).find((each) => each.endsWith('.deb'))
    if (file === undefined) throw new Error(`apt-get download ${name} left no package`)
    run('dpkg-deb', '-x', join(downloads, file), into)
  } finally {
    rmSync(downloads, { recursive: true, force: true })
  }
}

function busyboxBinary(work: string): string {
  for (const path of ['/bin/busybox', '/usr/bin/busybox']) {
    // A dynamic busybox would need its libraries in the image.
    if (existsSync(path) && !run('sh', '-c', `ldd ${path} 2>&1 || true`).includes('=>')) return path
  }
  const unpacked = join(work, 'busybox-static')
  unpackPackage('busybox-static', unpacked)
  return existsSync(join(unpacked, 'bin/busybox')) ? join(unpacked, 'bin/busybox') : join(unpacked, 'usr/bin/busybox')
}

function basicFiles(root: string): void {
  write(root, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n')
  write(root, 'etc/group', 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n')
  // A static busybox resolves names only with this file.
  write(root, 'etc/nsswitch.conf', 'hosts: files dns\n')
  for (const folder of ['tmp', 'root', 'var/log', 'run', 'proc', 'sys', 'dev']) mkdirSync(join(root, folder), { recursive: true })
  chmodSync(join(root, 'tmp'), 0o1777)
}

function busyboxRoot(root: string, work: string): void {
  basicFiles(root)
  mkdirSync(join(root, 'bin'), { recursive: true })
  const binary = busyboxBinary(work)
  copyFileSync(binary, join(root, 'bin/busybox'))
  chmodSync(join(root, 'bin/busybox'), 0o755)
  for (const applet of run(binary, '--list').split('\n')) {
    if (applet !== '' && applet !== 'busybox' && !existsSync(join(root, 'bin', applet))) symlinkSync('busybox', join(root, 'bin', applet))
  }
}

const nginxConfiguration = `worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log /dev/stdout;
  sendfile on;
  keepalive_timeout 65;
  include /etc/nginx/conf.d/*.conf;
}
`

const nginxServer = `server {
  listen 80;
  server_name localhost;
  location / { root /usr/share/nginx/html; index index.html; }
}
`

const nginxWelcome = `<!DOCTYPE html>
<html><head><title>Welcome to nginx!</title></head>
<body><h1>Welcome to nginx!</h1></body></html>
`

/** The libraries that a program loads, with the loader, by the machine's own ldd. */
function libraries(binary: string): readonly string[] {
  return run('ldd', binary).split('\n').flatMap((line) => {
    const match = /(?:=> )?(\/[^ ]+) \(0x/.exec(line)
    return match?.[1] === undefined ? [] : [match[1]]
  })
}

function nginxRoot(root: string, work: string): void {
  busyboxRoot(root, work)
  const unpacked = join(work, 'nginx')
  for (const name of ['nginx-common', 'nginx']) unpackPackage(name, unpacked)
  const binary = join(unpacked, 'usr/sbin/nginx')
  mkdirSync(join(root, 'usr/sbin'), { recursive: true })
  copyFileSync(binary, join(root, 'usr/sbin/nginx'))
  for (const library of libraries(binary)) {
    mkdirSync(dirname(join(root, library)), { recursive: true })
    copyFileSync(realpathSync(library), join(root, library))
  }
  cpSync(join(unpacked, 'etc/nginx/mime.types'), join(root, 'etc/nginx/mime.types'), { recursive: true })
  write(root, 'etc/nginx/nginx.conf', nginxConfiguration)
  write(root, 'etc/nginx/conf.d/default.conf', nginxServer)
  write(root, 'usr/share/nginx/html/index.html', nginxWelcome)
  for (const folder of ['var/lib/nginx', 'var/log/nginx', 'var/cache/nginx']) mkdirSync(join(root, folder), { recursive: true })
}

const configs: { readonly [image in TestImage]: ImageConfig } = {
  pause: { Entrypoint: ['/bin/busybox', 'sleep', '2147483647'] },
  busybox: { Cmd: ['sh'], Env: ['PATH=/bin'] },
  nginx: {
    Cmd: ['nginx', '-g', 'daemon off;'],
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NGINX_VERSION=1.22.1'],
    StopSignal: 'SIGQUIT',
    ExposedPorts: { '80/tcp': {} },
  },
}

/** Makes the image unless the folder already has it; answers the archive's path. */
export function testImage(image: TestImage, folder: string = join(tmpdir(), 'shoal-test-images')): string {
  const archive = join(folder, `${image}.tar`)
  if (existsSync(archive)) return archive
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'shoal-rootfs-'))
  try {
    const root = join(work, 'root')
    mkdirSync(root)
    if (image === 'nginx') nginxRoot(root, work)
    else if (image === 'busybox') busyboxRoot(root, work)
    else {
      basicFiles(root)
      mkdirSync(join(root, 'bin'))
      copyFileSync(busyboxBinary(work), join(root, 'bin/busybox'))
      chmodSync(join(root, 'bin/busybox'), 0o755)
    }
    pack(root, archive, imageNames[image], configs[image])
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return archive
}
