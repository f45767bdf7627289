// What the network costs: a new connection through a ClusterIP beside one straight to the same Pod, with one Service and with ten
// thousand (proxy-rules.ts, in a network namespace of its own); requests through Ingress beside a plain reverse proxy and
// Debian's nginx before the same backend; answers of the DNS server. No cluster is needed: the parts are the daemon's own.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packet from 'dns-packet'
import { buildImage, nginxRecipe } from '../../node/cli/machines/images.ts'
import { describeLoad, secondsUntil } from './cluster.ts'
import { answer, benchOptions, type Figure, median, rounded, spread } from './figures.ts'
import { quantile, type Round, roundOf, runLoad } from './load.ts'
import type { ConnectSamples, RulesSamples } from './proxy-rules.ts'

const bounds = { serviceRatio: 1.1, loadMs: 2_000, changeMs: 50, ingressRatio: 1, dnsPerSecond: 10_000, dnsP99Ms: 5 } as const
const here = '127.0.0.1'
const httpClients = 32
const dnsClients = 48
/** The end of the backend's page, by which a client knows that it has all of it. */
const pageEnd = '</h1>\n'

type Say = (line: string) => void

/** Children that are ended with the benchmark. */
const children: ChildProcess[] = []

async function part(role: string, ...words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'proxy-part.ts'), role, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [data] = (await once(child.stdout, 'data')) as [Buffer]
  return Number(data.toString())
}

function rulesSamples(quick: boolean): RulesSamples {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const words = quick ? ['--connections', '1000', '--changes', '20'] : []
  const text = execFileSync('unshare', [...user, '--net', process.execPath, join(import.meta.dirname, 'proxy-rules.ts'), ...words], { maxBuffer: 1e8 }).toString()
  // The other half of this benchmark printed it.
  return JSON.parse(text) as RulesSamples
}

function connectionFigures(what: string, { directMs, serviceMs }: ConnectSamples, say: Say): Figure {
  const [direct, service] = [median(directMs), median(serviceMs)]
  say(`${what}: straight ${(direct * 1000).toFixed(0)} us, through the Service ${(service * 1000).toFixed(0)} us, medians of ${directMs.length}`)
  return { name: `${what}: a new connection, times a direct one`, value: rounded(service / direct), unit: 'x', atMost: bounds.serviceRatio }
}

/** Kept connections, each with one request under way: what a proxy answers in a second. */
async function httpRound(port: number, durationMs: number): Promise<Round> {
  const sockets = await Promise.all(Array.from({ length: httpClients }, async () => {
    const socket = connect({ host: here, port, noDelay: true })
    await once(socket, 'connect')
    return socket
  }))
  const ask = async (client: number): Promise<void> => {
    const socket = sockets[client]
    if (socket === undefined) return
    await new Promise<void>((resolve, reject) => {
      const onData = (chunk: Buffer): void => {
        if (!chunk.toString('latin1').includes(pageEnd)) return
        socket.off('data', onData)
        resolve()
      }
      socket.on('data', onData)
      socket.removeAllListeners('error').once('error', reject)
      socket.write('GET / HTTP/1.1\r\nHost: web.test\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n')
    })
  }
  const result = await runLoad({ clients: httpClients, durationMs, firstClient: 0 }, ask)
  for (const socket of sockets) socket.destroy()
  return roundOf([result])
}

/** Debian's nginx before the backend, unpacked as for the image of the same name; undefined where its packages cannot be had. */
async function startNginx(backend: number, folder: string, say: Say): Promise<number | undefined> {
  const root = join(folder, 'root')
  mkdirSync(root)
  try {
    await buildImage(nginxRecipe, join(folder, 'nginx.tar'), join(folder, 'debian'))
  } catch (error) {
    say(`nginx does not stand beside: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
  execFileSync('tar', ['-xf', join(folder, 'nginx.tar'), '-C', folder, 'layer.tar'])
  execFileSync('tar', ['-xf', join(folder, 'layer.tar'), '-C', root])
  const port = 20_000 + (process.pid % 10_000)
  writeFileSync(join(root, 'bench.conf'), `daemon off; master_process off; pid /run/bench.pid; error_log /dev/null;
events { worker_connections 1024; }
http { access_log off;
  upstream backend { server ${here}:${backend}; keepalive 64; }
  server { listen ${here}:${port}; location / { proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $remote_addr; } } }
`)
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  children.push(spawn('unshare', [...user, '--root', root, '/usr/sbin/nginx', '-c', '/bench.conf'], { stdio: ['ignore', 'ignore', 'inherit'] }))
  return await isAnswering(port) ? port : undefined
}

/** Waits until somebody listens. */
async function isAnswering(port: number): Promise<boolean> {
  const took = await secondsUntil(performance.now(), 5, () => new Promise((resolve) => {
    const socket = connect({ host: here, port })
    socket.once('connect', () => socket.destroy() && resolve(true)).once('error', () => resolve(false))
  }))
  return !Number.isNaN(took)
}

async function ingressFigures(quick: boolean, folder: string, say: Say): Promise<readonly Figure[]> {
  const backend = await part('backend')
  const ports = new Map([['plain', await part('plain', String(backend))], ['Ingress', await part('ingress', String(backend))]])
  const nginx = await startNginx(backend, folder, say)
  if (nginx !== undefined) ports.set('nginx', nginx)
  const perSecond = new Map<string, number[]>([...ports.keys()].map((name) => [name, []]))
  // The first round warms everybody up.
  for (let turn = 0; turn <= (quick ? 2 : 10); turn++) {
    for (const [name, port] of ports) {
      const round = await httpRound(port, quick ? 1_000 : 3_000)
      if (round.failures > 0) throw new Error(`${round.failures} requests failed through ${name}`)
      if (turn > 0) perSecond.get(name)?.push(round.perSecond)
    }
  }
  const of = (name: string): number => median(perSecond.get(name) ?? [])
  for (const name of ports.keys()) say(`${name}: ${of(name).toFixed(0)} requests a second`)
  const ratios = (perSecond.get('Ingress') ?? []).map((value, at) => value / (perSecond.get('plain')?.[at] ?? Number.NaN))
  return [{ name: 'Ingress: requests a second, times a plain proxy', value: rounded(median(ratios)), unit: 'x', atLeast: bounds.ingressRatio }]
}

async function dnsFigures(quick: boolean, say: Say): Promise<readonly Figure[]> {
  const port = await part('dns')
  const question = (id: number): Buffer => packet.encode({ type: 'query', id, flags: packet.RECURSION_DESIRED, questions: [{ type: 'A', name: 'web.default.svc.cluster.local' }] })
  const questions = Array.from({ length: dnsClients }, (_, at) => question(at))
  const socket = createSocket('udp4')
  const waiting: (() => void)[] = []
  socket.on('message', (message) => waiting[message.readUInt16BE(0)]?.())
  socket.connect(port, here)
  await once(socket, 'connect')
  const ask = (client: number): Promise<void> => new Promise((resolve) => {
    waiting[client] = resolve
    socket.send(questions[client] ?? Buffer.alloc(0))
  })
  await runLoad({ clients: dnsClients, durationMs: 500, firstClient: 0 }, ask)
  const result = await runLoad({ clients: dnsClients, durationMs: quick ? 2_000 : 10_000, firstClient: 0 }, ask)
  socket.close()
  const perSecond = (result.count / result.elapsedMs) * 1000
  say(`DNS: ${perSecond.toFixed(0)} answers a second with ${dnsClients} askers, median ${quantile(result.latenciesMs, 0.5).toFixed(2)} ms`)
  return [
    { name: 'DNS: answers a second', value: rounded(perSecond), unit: 'n', atLeast: bounds.dnsPerSecond },
    { name: 'DNS: time of an answer, p99', value: rounded(quantile(result.latenciesMs, 0.99)), unit: 'ms', atMost: bounds.dnsP99Ms },
  ]
}

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2))
  const say: Say = (line) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`)
  const folder = mkdtempSync(join(tmpdir(), 'shoal-bench-proxy-'))
  try {
    const rules = rulesSamples(options.quick)
    const figures: Figure[] = [
      connectionFigures('one Service', rules.one, say),
      connectionFigures('10,000 Services', rules.many, say),
      { name: '10,000 Services: cold, until the rules are in force', value: rounded(rules.loadMs), unit: 'ms', atMost: bounds.loadMs },
      ...spread("10,000 Services: one endpoint's change in force", rules.changesMs, 'ms', bounds.changeMs),
      ...(await ingressFigures(options.quick, folder, say)),
      ...(await dnsFigures(options.quick, say)),
    ]
    say(describeLoad())
    return answer(figures, options, (line) => process.stdout.write(`${line}\n`))
  } finally {
    for (const child of children) child.kill()
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
