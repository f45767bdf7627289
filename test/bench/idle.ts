// What a peer costs that has nothing to do: memory and processor time of the daemon's process with all its threads, and what
// it sends to each other peer, counted by the kernel's own counters in the machine's network.
import { readFileSync } from 'node:fs'
import { run } from '../support/cluster.ts'
import { BenchCluster, describeLoad } from './cluster.ts'
import { answer, benchOptions, type Figure, rounded } from './figures.ts'

const bounds = { residentMiB: 250, cpuPercent: 5, sentKilobytesPerSecond: 2 } as const

/** What a fresh cluster does once, such as making its first objects, is over by then. */
const settleMs = { full: 20_000, quick: 3_000 } as const
const spanMs = { full: 30_000, quick: 10_000 } as const
const table = 'shoal_bench'

interface Reading {
  readonly cpuTicks: number
  readonly residentMiB: number
  /** Bytes of IP sent, by address. */
  readonly sent: ReadonlyMap<string, number>
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Ticks of user and system time of a process, threads included (proc_pid_stat(5), fields 14 and 15). */
export function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return Number(fields[11]) + Number(fields[12])
}

/** VmRSS in MiB (proc_pid_status(5)). */
export const residentMiB = (status: string): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024

/** Bytes by destination from the rules of the counting table. */
export function sentBytes(rules: string): ReadonlyMap<string, number> {
  return new Map([...rules.matchAll(/ip daddr (\S+) counter packets \d+ bytes (\d+)/g)].map((match) => [match[1] ?? '', Number(match[2])]))
}

async function countTraffic(cluster: BenchCluster, machinePid: number, addresses: readonly string[]): Promise<void> {
  const rules = addresses.map((address) => `add rule ip ${table} sent ip daddr ${address} counter;`)
  const script = [`add table ip ${table};`, `add chain ip ${table} sent { type filter hook output priority 0; };`, ...rules].join(' ')
  if ((await cluster.inNetworkAt(machinePid, 'nft', script)) === undefined) throw new Error('the counters could not be set up')
}

async function read(cluster: BenchCluster, pid: number, machinePid: number): Promise<Reading> {
  const rules = (await cluster.inNetworkAt(machinePid, 'nft', 'list', 'table', 'ip', table)) ?? ''
  return {
    cpuTicks: cpuTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')),
    residentMiB: residentMiB(readFileSync(`/proc/${pid}/status`, 'utf8')),
    sent: sentBytes(rules),
  }
}

async function measure(cluster: BenchCluster, quick: boolean): Promise<readonly Figure[]> {
  const pids = await cluster.local.pids()
  const ticksPerSecond = Number((await run('getconf', ['CLK_TCK'])).stdout)
  const peers = cluster.local.machines.map((machine) => {
    const { pid, machinePid } = pids.get(machine.name) ?? {}
    if (pid === undefined || machinePid === undefined) throw new Error(`the daemon of ${machine.name} does not run`)
    return { name: machine.name, address: machine.address, pid, machinePid }
  })
  for (const peer of peers) await countTraffic(cluster, peer.machinePid, peers.filter((other) => other !== peer).map((other) => other.address))
  await wait(quick ? settleMs.quick : settleMs.full)
  const before = await Promise.all(peers.map((peer) => read(cluster, peer.pid, peer.machinePid)))
  const startMs = performance.now()
  await wait(quick ? spanMs.quick : spanMs.full)
  const after = await Promise.all(peers.map((peer) => read(cluster, peer.pid, peer.machinePid)))
  const seconds = (performance.now() - startMs) / 1000
  for (const peer of peers) await cluster.inNetworkAt(peer.machinePid, 'nft', 'delete', 'table', 'ip', table)
  return peers.flatMap((peer, i): readonly Figure[] => {
    const [first, last] = [before[i], after[i]]
    if (first === undefined || last === undefined) return []
    const rates = [...last.sent].map(([address, bytes]) => (bytes - (first.sent.get(address) ?? 0)) / seconds / 1000)
    return [
      { name: `${peer.name}: resident memory`, value: rounded(last.residentMiB), unit: 'MiB', atMost: bounds.residentMiB },
      { name: `${peer.name}: processor time`, value: rounded(((last.cpuTicks - first.cpuTicks) / ticksPerSecond / seconds) * 100), unit: '%', atMost: bounds.cpuPercent },
      { name: `${peer.name}: sent to one other peer`, value: rounded(Math.max(...rates)), unit: 'kB/s', atMost: bounds.sentKilobytesPerSecond },
    ]
  })
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const cluster = await BenchCluster.open(options.home)
  try {
    const figures = await measure(cluster, options.quick)
    ;(options.json ? process.stderr : process.stdout).write(`${describeLoad()}; leader ${(await cluster.local.status()).leader}\n`)
    return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
  } finally {
    await cluster.close()
  }
}

if (import.meta.main) process.exitCode = await main()
