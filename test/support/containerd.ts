// A private containerd for tests: in its own mount, PID, network, UTS and IPC namespaces, with its own sockets, state and
// CNI network, as a machine of `shoal up` has it. One SIGKILL to its init ends everything inside.
import { spawn, execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { containerdConfig } from '../../node/cli/machines/containerd-config.ts'
import { buildImage, busyboxRecipe, nginxRecipe, pauseRecipe } from '../../node/cli/machines/images.ts'
import { removeCgroup } from '../../node/platform/cgroups.ts'
import { eventually } from './eventually.ts'

const recipes = { pause: pauseRecipe, busybox: busyboxRecipe, nginx: nginxRecipe }

/** Makes one of the images of `shoal up` unless an earlier test has made it; answers the archive's path. */
export async function testImage(image: keyof typeof recipes): Promise<string> {
  const folder = join(tmpdir(), 'shoal-test-images')
  const archive = join(folder, `${image}.tar`)
  await buildImage(recipes[image], archive, join(folder, 'debian'))
  return archive
}

/** A running private containerd. Paths are the same inside and outside, except under /run and /var/lib. */
export interface TestContainerd {
  /** The CRI socket, reachable from outside. */
  readonly endpoint: string
  /** Pid of the init inside its PID namespace, seen from here: for `nsenter`. */
  readonly initPid: number
  readonly folder: string
  /** A control group for the Pods; it is removed at the end. */
  readonly cgroup: string
  /** Runs a program inside the namespaces; answers its standard output. */
  exec(file: string, ...args: readonly string[]): string
  stop(): Promise<void>
}

const configuration = (folder: string): string => containerdConfig({
  cniPlugins: '/usr/lib/cni',
  rootless: false,
  folders: { root: `${folder}/root`, state: `${folder}/state`, socket: `${folder}/c.sock`, runcState: `${folder}/runc`, cniConfigurations: `${folder}/cni` },
})

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

function childOf(pid: number): number | undefined {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
  return children === undefined || children === '' ? undefined : Number(children)
}

/** Starts a containerd with the given images. Needs root. */
export async function startContainerd(images: readonly (keyof typeof recipes)[]): Promise<TestContainerd> {
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
  await eventually('the machine', () => existsSync(join(folder, 'started')))
  const initPid = childOf(launcherPid)
  if (initPid === undefined) throw new Error('the machine has no init')
  const exec = (file: string, ...args: readonly string[]): string =>
    execFileSync('nsenter', ['-t', String(initPid), '-m', '-p', '-n', '-u', '-i', file, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const endpoint = join(folder, 'c.sock')
  await eventually('containerd', () => existsSync(endpoint))
  for (const image of ['pause', ...images] as const) exec('ctr', '-a', endpoint, '-n', 'k8s.io', 'images', 'import', await testImage(image))
  const cgroup = `/${basename(folder)}`
  return {
    endpoint,
    initPid,
    folder,
    cgroup,
    exec,
    stop: async () => {
      process.kill(initPid, 'SIGKILL')
      await ended
      execFileSync('umount', ['-l', folder])
      // Killed containers may still be on their way out of their groups.
      await eventually('the control groups are gone', () => removeCgroup(cgroup))
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}
