// A private containerd for tests: in its own mount, PID, network, UTS and IPC namespaces, with its own sockets, state and
// CNI network, as a machine of `shoal up` has it. One SIGKILL to its init ends everything inside.
import { spawn, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testImage } from './test-image.ts'
import type { TestImage } from './test-image.ts'

/** A running private containerd. Paths are the same inside and outside, except under /run and /var/lib. */
export interface TestContainerd {
  /** The CRI socket, reachable from outside. */
  readonly endpoint: string
  /** Pid of the init inside its PID namespace, seen from here: for `nsenter`. */
  readonly initPid: number
  readonly folder: string
  /** Runs a program inside the namespaces; answers its standard output. */
  exec(file: string, ...args: readonly string[]): string
  loadImage(image: TestImage): void
  stop(): Promise<void>
}

const configuration = (folder: string): string => `version = 2
root = "${folder}/root"
state = "${folder}/state"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs","io.containerd.snapshotter.v1.devmapper","io.containerd.snapshotter.v1.zfs","io.containerd.snapshotter.v1.aufs","io.containerd.internal.v1.opt"]
[grpc]
  address = "${folder}/c.sock"
[ttrpc]
  address = "${folder}/c.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "registry.k8s.io/pause:3.6"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "runc"
        Root = "${folder}/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
`

const network = (folder: string): string => JSON.stringify({
  cniVersion: '0.4.0',
  name: 'shoal',
  plugins: [{
    type: 'bridge', bridge: 'cni0', isGateway: true, ipMasq: false, hairpinMode: true,
    ipam: { type: 'host-local', dataDir: `${folder}/ipam`, ranges: [[{ subnet: '10.244.9.0/24' }]], routes: [{ dst: '0.0.0.0/0' }] },
  }],
})

const init = (folder: string): string => `mount --make-rslave /
mount -t proc proc /proc
mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/lock
mkdir -p ${folder}/varlib; mount --bind ${folder}/varlib /var/lib
hostname test-peer
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
containerd -c ${folder}/config.toml > ${folder}/containerd.log 2>&1 &
echo started > ${folder}/started
while :; do sleep 1000 & wait; done
`

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function waitFor(what: string, ready: () => boolean, withinMs = 15_000): Promise<void> {
  const until = Date.now() + withinMs
  while (!ready()) {
    if (Date.now() > until) throw new Error(`${what} did not happen within ${withinMs} ms`)
    await pause(20)
  }
}

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
  return children === undefined || children === '' ? undefined : Number(children)
}

/** Starts a containerd with the given images. Needs root. */
export async function startContainerd(images: readonly TestImage[]): Promise<TestContainerd> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-cd-'))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'cni'))
  // Mounts that the kubelet makes outside must be seen inside, as on a real machine, where both are in one namespace.
  execFileSync('mount', ['--bind', folder, folder])
  execFileSync('mount', ['--make-shared', folder])
  writeFileSync(join(folder, 'config.toml'), configuration(folder))
  writeFileSync(join(folder, 'cni/10-shoal.conflist'), network(folder))
  writeFileSync(join(folder, 'init.sh'), init(folder))
  const launcher = spawn('unshare', ['--mount', '--propagation', 'unchanged', '--pid', '--net', '--uts', '--ipc', '--fork', '--kill-child', 'bash', join(folder, 'init.sh')], { stdio: 'ignore' })
  const launcherPid = launcher.pid
  if (launcherPid === undefined) throw new Error('unshare did not start')
  const ended = new Promise<void>((resolve) => launcher.once('exit', () => resolve()))
  await waitFor('the machine', () => existsSync(join(folder, 'started')))
  const initPid = childOf(launcherPid)
  if (initPid === undefined) throw new Error('the machine has no init')
  const exec = (file: string, ...args: readonly string[]): string =>
    execFileSync('nsenter', ['-t', String(initPid), '-m', '-p', '-n', '-u', '-i', file, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const endpoint = join(folder, 'c.sock')
  await waitFor('containerd', () => existsSync(endpoint))
  const loadImage = (image: TestImage): void => {
    exec('ctr', '-a', endpoint, '-n', 'k8s.io', 'images', 'import', testImage(image))
  }
  for (const image of ['pause', ...images] as const) loadImage(image)
  return {
    endpoint,
    initPid,
    folder,
    exec,
    loadImage,
    stop: async () => {
      process.kill(initPid, 'SIGKILL')
      await ended
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
