// Where `shoal up` keeps things: one home folder with a folder a machine. Pure: paths and names only.
// Socket paths must stay short (108 bytes), so folder names are.
import { join } from 'node:path'

/** One simulated machine of `shoal up`. */
export interface MachineLayout {
  readonly name: string
  /** Its address on the yard's bridge. */
  readonly address: string
  /** Of its network card: the same after every start, as of a real one, so that what its neighbours remember stays true. */
  readonly hardwareAddress: string
  /** Host folder that is /var/lib inside the machine. */
  readonly lib: string
  /** Host folder that is /var/log inside the machine. */
  readonly log: string
  readonly init: string
  readonly containerdConfig: string
  /** The machine's init says that its namespaces exist. */
  readonly born: string
  /** The yard says that the network is wired. */
  readonly wired: string
  /** The daemon's control socket as the host sees it. */
  readonly socket: string
  readonly directory: string
}

/** The whole of one `shoal up` on this machine. */
export interface YardLayout {
  readonly home: string
  readonly config: string
  /** Process id, host namespace, of the `unshare` that holds the yard. */
  readonly pidFile: string
  readonly relayPidFile: string
  /** Control socket of the yard process. */
  readonly control: string
  /** Socket through which the relay's connections reach the API of a live peer. */
  readonly uplink: string
  /** Socket through which the host opens connections in the yard's network. */
  readonly tunnel: string
  readonly kubeconfig: string
  readonly log: string
  readonly images: string
  /** Debian packages unpacked without root. */
  readonly packages: string
}

/** What `up` decided, kept for `down`, `up` again and the yard. */
export interface YardConfig {
  readonly home: string
  readonly rootless: boolean
  readonly peers: number
  readonly voters: number
  /** Third octet of the yard's network 10.213.<n>.0/24. */
  readonly subnet: number
  /** Port of the relay on 127.0.0.1. */
  readonly apiPort: number
  /** Short and unique a home: names of host interface, cgroup and nftables table. */
  readonly id: string
  readonly node: string
  readonly main: string
  readonly path: string
  readonly cniPlugins: string
  readonly daemonArguments: readonly string[]
}

/** Paths under a home folder. */
export function yardLayout(home: string): YardLayout {
  return {
    home,
    config: join(home, 'yard.json'),
    pidFile: join(home, 'yard.pid'),
    relayPidFile: join(home, 'relay.pid'),
    control: join(home, 'yard.sock'),
    uplink: join(home, 'api.sock'),
    tunnel: join(home, 'tunnel.sock'),
    kubeconfig: join(home, 'kubeconfig'),
    log: join(home, 'yard.log'),
    images: join(home, 'images'),
    packages: join(home, 'debian'),
  }
}

/**
 * What in a folder keeps it from being removed as a home: the first entry that Shoal does not make, where no `up` has left its
 * decisions. Undefined when the whole folder may go; an `up` that was killed early leaves less than a home.
 */
export function foreignEntry(entries: readonly string[]): string | undefined {
  const { home, ...places } = yardLayout('/')
  const own = new Set([...Object.values(places).map((path) => path.slice(home.length)), 'forward-was-off', 'relay.log'])
  if (entries.includes('yard.json')) return undefined
  return entries.find((entry) => !own.has(entry) && !/^m[0-9]+$/.test(entry))
}

/** Name of the machine with a number from 1. */
export const machineName = (number: number): string => `peer-${number}`

/** Locally administered hardware address of host `number` in the yard's network. */
export const hardwareAddress = (subnet: number, number: number): string => ['02', 'd5', '00', '00', ...[subnet, number].map((octet) => octet.toString(16).padStart(2, '0'))].join(':')

/** Paths and address of machine `number` (from 1). */
export function machineLayout(home: string, subnet: number, number: number): MachineLayout {
  const directory = join(home, `m${number}`)
  return {
    name: machineName(number),
    address: `10.213.${subnet}.${number}`,
    hardwareAddress: hardwareAddress(subnet, number),
    directory,
    lib: join(directory, 'lib'),
    log: join(directory, 'log'),
    init: join(directory, 'init.sh'),
    containerdConfig: join(directory, 'containerd.toml'),
    born: join(directory, 'born'),
    wired: join(directory, 'wired'),
    socket: join(directory, 'lib/shoal/shoal.sock'),
  }
}
