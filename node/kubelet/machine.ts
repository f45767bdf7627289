// What this machine has: processors, memory, disk, kernel and its resolver, read from /proc, /sys and /etc. Read only.
import { readFile, statfs } from 'node:fs/promises'
import { arch, cpus, hostname, release } from 'node:os'
import { parseResolverConfig } from './pod/dns.ts'
import type { ResolverConfig } from './pod/dns.ts'

export interface Machine {
  readonly hostname: string
  readonly processors: number
  readonly memoryBytes: number
  readonly architecture: string
  readonly kernel: string
  readonly osImage: string
  readonly machineId: string
  readonly bootId: string
  readonly systemUuid: string
  readonly resolver: ResolverConfig
}

export interface MachineUse {
  readonly memoryAvailableBytes: number
  readonly diskBytes: number
  readonly diskAvailableBytes: number
  readonly processes: number
  readonly processesMost: number
}

const readText = (path: string): Promise<string> => readFile(path, 'utf8').then((text) => text.trim(), () => '')

async function memoryFigure(name: string): Promise<number> {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(await readText('/proc/meminfo'))
  return Number(match?.[1] ?? 0) * 1024
}

/** The architecture as Kubernetes names it. */
export const architectureName = (name: string): string => (name === 'x64' ? 'amd64' : name)

/** What does not change while the daemon runs. */
export async function readMachine(): Promise<Machine> {
  const [memoryBytes, release_, machineId, bootId, systemUuid, resolver] = await Promise.all([
    memoryFigure('MemTotal'), readText('/etc/os-release'), readText('/etc/machine-id'), readText('/proc/sys/kernel/random/boot_id'),
    readText('/sys/class/dmi/id/product_uuid'), readText('/etc/resolv.conf'),
  ])
  return {
    hostname: hostname(),
    processors: cpus().length,
    memoryBytes,
    architecture: architectureName(arch()),
    kernel: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release_)?.[1] ?? 'Linux',
    machineId,
    bootId,
    systemUuid: systemUuid === '' ? machineId : systemUuid,
    resolver: parseResolverConfig(resolver),
  }
}

/** How much of it is in use now. */
export async function readUse(folder: string): Promise<MachineUse> {
  const [memoryAvailableBytes, disk, load, most] = await Promise.all([
    memoryFigure('MemAvailable'), statfs(folder), readText('/proc/loadavg'), readText('/proc/sys/kernel/pid_max'),
  ])
  return {
    memoryAvailableBytes,
    diskBytes: disk.blocks * disk.bsize,
    diskAvailableBytes: disk.bavail * disk.bsize,
    processes: Number(/\/(\d+) /.exec(load)?.[1] ?? 0),
    processesMost: Number(most) || 32_768,
  }
}
