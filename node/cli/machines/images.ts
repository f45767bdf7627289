// Makes container images from Debian packages, without a registry and without root: the sandbox's pause image and the web
// server of the demo. A docker archive is a tar of a root file system and a little JSON; containerd imports it.
// It only builds archives; loading them is the kubelet's work.
import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { runCommand } from '../../platform/processes.ts'
import { yardFailed } from '../errors.ts'

/** What an image runs, in the words of an image's configuration. */
export interface ImageRecipe {
  /** Full name with tag. */
  readonly name: string
  /** Debian packages with everything that they need at run time. */
  readonly packages: readonly string[]
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  readonly stopSignal: string
  readonly environment: readonly string[]
  /** Last touches on the unpacked root file system. */
  readonly finish: (rootFolder: string) => void
}

const busyboxApplets = ['sh', 'sleep', 'cat', 'echo', 'ls', 'wget', 'nslookup', 'httpd', 'date', 'wc', 'nc', 'ps', 'kill', 'id', 'hostname', 'ip', 'mkdir', 'rm', 'touch', 'grep', 'sed', 'head', 'tail', 'env', 'true', 'false', 'test', 'mount', 'df', 'vi', 'stat', 'dd', 'tar', 'sync', 'seq', 'printf', 'chmod', 'chown', 'readlink', 'ln', 'cp', 'mv', 'find', 'tr', 'cut', 'sort', 'uniq', 'awk', 'expr', 'basename', 'dirname', 'md5sum', 'sha256sum', 'yes', 'timeout', 'time', 'uptime', 'free', 'top', 'whoami', 'ping', 'traceroute', 'netstat', 'ifconfig', 'route', 'telnet', 'more', 'less', 'od', 'xxd', 'base64', 'pwd']

const write = (root: string, path: string, text: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true })
  writeFileSync(join(root, path), text)
}

function busyboxLinks(root: string): void {
  mkdirSync(join(root, 'bin'), { recursive: true })
  for (const applet of busyboxApplets) {
    const path = join(root, 'bin', applet)
    if (!existsSync(path)) symlinkSync('busybox', path)
  }
}

const accounts = 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n'
const groups = 'root:x:0:\nadm:x:4:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n'

function baseFiles(root: string): void {
  write(root, 'etc/passwd', accounts)
  write(root, 'etc/group', groups)
  write(root, 'etc/nsswitch.conf', 'hosts: files dns\n')
  for (const folder of ['tmp', 'root', 'var/run', 'proc', 'sys', 'dev']) mkdirSync(join(root, folder), { recursive: true })
}

const staticBusybox = (root: string): void => {
  baseFiles(root)
  // Newer releases have everything under /usr.
  mkdirSync(join(root, 'bin'), { recursive: true })
  if (!existsSync(join(root, 'bin/busybox'))) copyFileSync(join(root, 'usr/bin/busybox'), join(root, 'bin/busybox'))
  busyboxLinks(root)
}

/** The image every sandbox starts from: it only waits. */
export const pauseRecipe: ImageRecipe = {
  name: 'registry.k8s.io/pause:3.6',
  packages: ['busybox-static'],
  entrypoint: ['/bin/sleep', '2147483647'],
  command: [],
  stopSignal: 'SIGTERM',
  environment: [],
  finish: staticBusybox,
}

export const busyboxRecipe: ImageRecipe = {
  name: 'docker.io/library/busybox:latest',
  packages: ['busybox-static'],
  entrypoint: [],
  command: ['sh'],
  stopSignal: 'SIGTERM',
  environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  finish: staticBusybox,
}

/** A web server with the stop signal and the log to standard output of the well-known image of this name. */
export const nginxRecipe: ImageRecipe = {
  name: 'docker.io/library/nginx:latest',
  packages: ['nginx-light', 'nginx', 'nginx-common', 'libc6', 'libpcre2-8-0', 'libpcre3', 'libssl3', 'zlib1g', 'libcrypt1', 'libgcc-s1', 'busybox-static'],
  entrypoint: [],
  command: ['nginx', '-g', 'daemon off;'],
  stopSignal: 'SIGQUIT',
  environment: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  finish: (root) => {
    // Debian's merged /usr: the loader and libraries are asked for under /lib and /lib64.
    for (const folder of ['bin', 'sbin', 'lib', 'lib64']) mergeIntoUsr(root, folder)
    baseFiles(root)
    copyFileSync(join(root, 'usr/bin/busybox'), join(root, 'usr/bin/busybox.static'))
    busyboxLinks(root)
    for (const folder of ['var/log/nginx', 'var/lib/nginx', 'var/cache/nginx', 'run']) mkdirSync(join(root, folder), { recursive: true })
    symlinkSync('/dev/stdout', join(root, 'var/log/nginx/access.log'))
    symlinkSync('/dev/stderr', join(root, 'var/log/nginx/error.log'))
    write(root, 'etc/nginx/nginx.conf', nginxConfiguration)
    write(root, 'usr/share/nginx/html/index.html', '<!doctype html>\n<title>Shoal</title>\n<h1>Welcome to nginx, served by a shoal</h1>\n')
  },
}

const nginxConfiguration = `user www-data;
worker_processes 1;
error_log /var/log/nginx/error.log warn;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  access_log /var/log/nginx/access.log;
  keepalive_timeout 65;
  server {
    listen 80;
    root /usr/share/nginx/html;
    index index.html;
  }
}
`

function mergeIntoUsr(root: string, folder: string): void {
  const from = join(root, folder)
  const to = join(root, 'usr', folder)
  mkdirSync(to, { recursive: true })
  if (existsSync(from)) {
    const move = (source: string, target: string): void => {
      for (const entry of readdirSync(source, { withFileTypes: true })) {
        const [a, b] = [join(source, entry.name), join(target, entry.name)]
        if (entry.isDirectory() && existsSync(b)) move(a, b)
        else renameSync(a, b)
      }
    }
    move(from, to)
    rmSync(from, { recursive: true })
  }
  symlinkSync(`usr/${folder}`, from)
}

async function must(step: string, file: string, args: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await runCommand(file, args, { cwd })
  if (status !== 0) throw yardFailed.make({ step, reason: stderr.trim().slice(-400) })
  return stdout
}

const sha256 = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

/** Builds the recipe's docker archive at `archive`, unless it is there already. Packages are kept in `cache`. */
export async function buildImage(recipe: ImageRecipe, archive: string, cache: string): Promise<void> {
  if (existsSync(archive)) return
  const step = `make the image ${recipe.name}`
  mkdirSync(cache, { recursive: true })
  mkdirSync(join(archive, '..'), { recursive: true })
  const work = mkdtempSync(join(tmpdir(), 'shoal-image-'))
  try {
    const missing = recipe.packages.filter((name) => !readdirSync(cache).some((file) => file.startsWith(`${name}_`)))
    if (missing.length > 0) await must(step, 'apt-get', ['download', ...missing], cache)
    const rootFolder = join(work, 'root')
    mkdirSync(rootFolder)
    for (const name of recipe.packages) {
      const file = readdirSync(cache).find((entry) => entry.startsWith(`${name}_`)) ?? name
      await must(step, 'dpkg-deb', ['-x', join(cache, file), rootFolder], work)
    }
    recipe.finish(rootFolder)
    for (const folder of ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/lintian']) rmSync(join(rootFolder, folder), { recursive: true, force: true })
    mkdirSync(join(work, 'archive'))
    const layer = join(work, 'archive', 'layer.tar')
    await must(step, 'tar', ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mtime=@0', '-cf', layer, '-C', rootFolder, '.'], work)
    const config = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Entrypoint: recipe.entrypoint, Cmd: recipe.command, Env: recipe.environment, StopSignal: recipe.stopSignal, WorkingDir: '/' },
      rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
      history: [],
    })
    const configName = `${createHash('sha256').update(config).digest('hex')}.json`
    writeFileSync(join(work, 'archive', configName), config)
    writeFileSync(join(work, 'archive', 'manifest.json'), JSON.stringify([{ Config: configName, RepoTags: [recipe.name], Layers: ['layer.tar'] }]))
    await must(step, 'tar', ['-cf', `${archive}.part`, '-C', join(work, 'archive'), 'manifest.json', configName, 'layer.tar'], work)
    renameSync(`${archive}.part`, archive)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
