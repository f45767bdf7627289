// The part of `bench proxy` that runs in a network namespace of its own, with a Pod in another one behind a veth: how long a
// new connection takes through a ClusterIP and straight to the Pod, in turn, with one Service and with ten thousand; how long
// those take to load; and how long until a change of one endpoint is in force. The Service proxy is the daemon's, from the
// informers to nft; only the API is a stand-in that hands out lists and changes. It prints one JSON object.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { silentLogger } from '../../node/base/logger.ts'
import { noMetrics } from '../../node/base/metrics.ts'
import type { MembershipView } from '../../node/base/views.ts'
import { createClient } from '../../node/client/client.ts'
import { Informers } from '../../node/client/informers.ts'
import type { ApiObject, ApiRequest, ApiWatchEvent, Transport } from '../../node/client/types.ts'
import { FlowsDriver } from '../../node/network/proxy/flows-driver.ts'
import type { Rule } from '../../node/network/proxy/model.ts'
import { NftDriver } from '../../node/network/proxy/nft-driver.ts'
import { Proxy } from '../../node/network/proxy/proxy.ts'
import { systemClock } from '../../node/platform/clock.ts'

/** What it prints; milliseconds. */
export interface RulesSamples {
  readonly one: ConnectSamples
  readonly many: ConnectSamples
  readonly loadMs: number
  readonly changesMs: readonly number[]
}

export interface ConnectSamples {
  readonly directMs: readonly number[]
  readonly serviceMs: readonly number[]
}

const self = 'bench'
const [outside, inside, podPort] = ['10.244.1.1', '10.244.1.2', 8080] as const
const webAddress = '10.96.0.80'
const podProgram = `require('node:net').createServer((socket) => socket.on('error', () => socket.destroy()).resume()).listen(${podPort}, '0.0.0.0', 4096, () => process.stdout.write('ready'))`
const context = { podCidr: '10.244.1.0/24', clusterCidr: '10.244.0.0/16', outside: 'lo' }

const ip = (...args: readonly string[]): void => void execFileSync('ip', args)

/** Lists what it was given and tells of changes, as an API does. */
class StandIn implements Transport {
  readonly #lists: ReadonlyMap<string, readonly ApiObject[]>
  readonly #told = new Map<string, (event: ApiWatchEvent) => void>()

  constructor(lists: ReadonlyMap<string, readonly ApiObject[]>) {
    this.#lists = lists
  }

  send({ path }: ApiRequest): Promise<unknown> {
    return Promise.resolve({ metadata: { resourceVersion: '1' }, items: this.#lists.get(path.split('/').at(-1) ?? '') ?? [] })
  }

  tell(resource: string, object: ApiObject): void {
    this.#told.get(resource)?.({ type: 'MODIFIED', object })
  }

  async *watch({ path }: ApiRequest, signal: AbortSignal): AsyncIterable<ApiWatchEvent> {
    const waiting: ApiWatchEvent[] = []
    let wake = (): void => undefined
    this.#told.set(path.split('/').at(-1) ?? '', (event) => {
      waiting.push(event)
      wake()
    })
    signal.addEventListener('abort', () => wake(), { once: true })
    while (!signal.aborted) {
      const event = waiting.shift()
      if (event !== undefined) yield event
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
}

/** Tells when rules are in force. */
class TimedDriver extends NftDriver {
  inForce: () => void = () => undefined

  override async apply(rules: readonly Rule[], fenced: readonly string[]): Promise<void> {
    await super.apply(rules, fenced)
    this.inForce()
  }
}

const nobodyElse: MembershipView = { members: () => [{ name: self, peerId: self, state: 'alive', sinceMs: 0 }], onChange: () => () => undefined }

function service(name: string, clusterIP: string): ApiObject {
  const spec = { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, protocol: 'TCP', targetPort: podPort }] }
  return { metadata: { name, namespace: 'default', uid: name, resourceVersion: '1' }, spec } as ApiObject
}

function slice(name: string, addresses: readonly string[], version: number): ApiObject {
  return {
    metadata: { name, namespace: 'default', uid: `s-${name}`, resourceVersion: String(version), labels: { 'kubernetes.io/service-name': name } }, addressType: 'IPv4',
    ports: [{ port: podPort, protocol: 'TCP' }], endpoints: addresses.map((one) => ({ addresses: [one], nodeName: self, conditions: { ready: true, serving: true, terminating: false } })),
  } as ApiObject
}

const endpointsOf = (number: number): readonly string[] => [2 * number, 2 * number + 1].map((one) => `10.244.${2 + (one >> 8)}.${one & 255}`)

/** The proxy over so many Services besides the one that is connected to. */
async function startProxy(count: number): Promise<{ readonly proxy: Proxy; readonly driver: TimedDriver; readonly api: StandIn; readonly loadMs: number; readonly stop: () => Promise<void> }> {
  const numbers = Array.from({ length: count }, (_, at) => at)
  const api = new StandIn(new Map([
    ['services', [service('web', webAddress), ...numbers.map((number) => service(`svc-${number}`, `10.97.${number >> 8}.${number & 255}`))]],
    ['endpointslices', [slice('web', [inside], 1), ...numbers.map((number) => slice(`svc-${number}`, endpointsOf(number), 1))]],
  ]))
  const clock = systemClock()
  const informers = new Informers({ client: createClient(api), clock, logger: silentLogger })
  const driver = new TimedDriver(context, silentLogger)
  const flows = new FlowsDriver(context.clusterCidr, silentLogger)
  const proxy = new Proxy({ informers, membership: nobodyElse, driver, flows, clock, logger: silentLogger, metrics: noMetrics }, self)
  informers.start()
  await informers.whenSynced()
  const startMs = performance.now()
  let loadMs = Number.NaN
  driver.inForce = () => (loadMs = performance.now() - startMs)
  await proxy.start()
  return { proxy, driver, api, loadMs, stop: async () => {
    await proxy.stop()
    informers.stop()
  } }
}

async function connected(host: string, port: number): Promise<number> {
  const startMs = performance.now()
  const socket = connect({ host, port, noDelay: true })
  await once(socket, 'connect')
  const took = performance.now() - startMs
  // Without waiting for the other end: thousands of ports in TIME_WAIT would be all that is measured.
  socket.resetAndDestroy()
  return took
}

/** One to the Pod, one through the Service, and again. */
async function connections(count: number): Promise<ConnectSamples> {
  const [directMs, serviceMs]: [number[], number[]] = [[], []]
  for (let turn = 0; turn < count + 200; turn++) {
    const straight = await connected(inside, podPort)
    const proxied = await connected(webAddress, 80)
    // The first ones warm the program up.
    if (turn < 200) continue
    directMs.push(straight)
    serviceMs.push(proxied)
  }
  return { directMs, serviceMs }
}

/** From the event of a changed EndpointSlice until the rules for it are in force. */
async function changes(api: StandIn, driver: TimedDriver, count: number, services: number): Promise<readonly number[]> {
  const samples: number[] = []
  for (let turn = 0; turn < count; turn++) {
    const number = (turn * 7_919) % services
    const inForce = new Promise<void>((resolve) => (driver.inForce = resolve))
    const startMs = performance.now()
    api.tell('endpointslices', slice(`svc-${number}`, endpointsOf(number).slice(1), turn + 2))
    await inForce
    samples.push(performance.now() - startMs)
    // What is forgotten of old connections comes after; it is not what a client waits for.
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return samples
}

/** A Pod in a namespace of its own; the answer ends it. */
async function startPod(): Promise<() => void> {
  ip('link', 'set', 'lo', 'up')
  const pod = spawn('unshare', ['--net', process.execPath, '-e', podProgram], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(pod.stdout, 'data')
  const there = (...args: readonly string[]): void => void execFileSync('nsenter', ['-t', String(pod.pid), '-n', 'ip', ...args])
  ip('link', 'add', 'bench0', 'type', 'veth', 'peer', 'name', 'bench1', 'netns', String(pod.pid))
  ip('addr', 'add', `${outside}/24`, 'dev', 'bench0')
  ip('link', 'set', 'bench0', 'up')
  there('addr', 'add', `${inside}/24`, 'dev', 'bench1')
  there('link', 'set', 'bench1', 'up')
  there('route', 'add', 'default', 'via', outside)
  ip('route', 'add', 'default', 'via', inside)
  return () => void pod.kill('SIGKILL')
}

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' }, services: { type: 'string', default: '10000' }, changes: { type: 'string', default: '50' } } })
const endPod = await startPod()
const few = await startProxy(0)
const one = await connections(Number(values.connections))
await few.stop()
const full = await startProxy(Number(values.services))
const many = await connections(Number(values.connections))
const changesMs = await changes(full.api, full.driver, Number(values.changes), Number(values.services))
await full.stop()
endPod()
const samples: RulesSamples = { one, many, loadMs: full.loadMs, changesMs }
// A pipe takes less at once than ten thousand times are long.
process.stdout.write(JSON.stringify(samples), () => process.exit(0))
