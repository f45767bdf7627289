// Starts and ends the yard and its relay from the host's side: namespaces, the host's link into the yard (as root), and a
// clean-up that works from what is found on the machine, not from what somebody remembers.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeCgroup } from '../../platform/cgroups.ts'
import { childrenOf, commandLine, hasEnded, killProcess } from '../../platform/process-table.ts'
import { runCommand } from '../../platform/processes.ts'
import { controlRequest } from '../control-client.ts'
import { namespacesForbidden, yardFailed } from '../errors.ts'
import { pollUntil } from '../polling.ts'
import { type YardConfig, yardLayout } from './layout.ts'

const yardStartTimeoutMs = 10_000
/** The kernel closes the files, mounts and links of all Pods of the machines before their first process ends. */
const goneTimeoutMs = 30_000
const pollMs = 20

/** Short name of a home folder, for interfaces, cgroups and tables. */
export const yardId = (home: string): string => createHash('sha256').update(home).digest('hex').slice(0, 6)

/** Reads what the last `up` decided; undefined when there was none. */
export function readYardConfig(home: string): YardConfig | undefined {
  const { config } = yardLayout(home)
  if (!existsSync(config)) return undefined
  return JSON.parse(readFileSync(config, 'utf8')) as YardConfig
}

const readPid = (file: string): number | undefined => {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8'))
  return Number.isInteger(pid) && pid > 1 ? pid : undefined
}

/** True when the process lives and its command line names `word`: a recycled pid must not be taken for ours. */
const lives = (pid: number | undefined, word: string): pid is number => pid !== undefined && commandLine(pid).join('\0').includes(word)

/** Whether the yard of this home runs. */
export const yardRuns = (home: string): boolean => lives(readPid(yardLayout(home).pidFile), home)

/** Host pid of the yard's `unshare`, when it runs. */
export function yardPid(home: string): number | undefined {
  const pid = readPid(yardLayout(home).pidFile)
  return lives(pid, home) ? pid : undefined
}

/** Starts the yard in its own namespaces and waits for its control socket. */
export async function startYard(config: YardConfig): Promise<void> {
  const layout = yardLayout(config.home)
  mkdirSync(layout.images, { recursive: true })
  writeFileSync(layout.config, `${JSON.stringify(config, null, 2)}\n`)
  rmSync(layout.control, { force: true })
  const log = openSync(layout.log, 'a')
  const user = config.rootless ? ['--user', '--map-root-user', '--map-auto'] : []
  const child = spawn(
    'unshare',
    [...user, '--net', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc', config.node, config.main, 'yard', layout.config],
    { stdio: ['ignore', log, log], detached: true, env: { ...process.env, PATH: config.path } },
  )
  child.unref()
  writeFileSync(layout.pidFile, String(child.pid))
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  await pollUntil(() => existsSync(layout.control) || ended, { everyMs: pollMs, timeoutMs: yardStartTimeoutMs })
  if (!existsSync(layout.control)) {
    const words = readFileSync(layout.log, 'utf8').trim().slice(-800)
    if (config.rootless && /unshare|newuidmap|uid_map|Operation not permitted/.test(words)) throw namespacesForbidden.make({ reason: words.split('\n').at(-1) ?? '' })
    throw yardFailed.make({ step: 'start the namespaces', reason: words })
  }
  if (!config.rootless) await linkHost(config, child.pid ?? 0)
}

async function must(step: string, file: string, args: readonly string[], input?: string): Promise<void> {
  const { status, stderr } = await runCommand(file, args, input === undefined ? {} : { input })
  if (status !== 0) throw yardFailed.make({ step, reason: stderr.trim() })
}

/** As root the host joins the yard's bridge by one veth, and masquerades what the machines send outwards. */
async function linkHost(config: YardConfig, unsharePid: number): Promise<void> {
  const init = String(childrenOf(unsharePid)[0] ?? '')
  const outside = `shoal-${config.id}`
  const network = `10.213.${config.subnet}.0/24`
  const step = 'link the host to the machines'
  await must(step, 'ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', 'host0', 'netns', init])
  await must(step, 'ip', ['addr', 'add', `10.213.${config.subnet}.253/24`, 'dev', outside])
  await must(step, 'ip', ['link', 'set', outside, 'up'])
  await must(step, 'nsenter', ['-t', init, '-n', 'ip', 'link', 'set', 'host0', 'master', 'yard0', 'up'])
  await must(step, 'nsenter', ['-t', init, '-n', 'ip', 'route', 'add', 'default', 'via', `10.213.${config.subnet}.253`])
  await must(step, 'nft', ['-f', '-'], `table ip ${outside} {\n chain post {\n  type nat hook postrouting priority srcnat;\n  ip saddr ${network} ip daddr != ${network} masquerade\n }\n}\n`)
  const forward = '/proc/sys/net/ipv4/ip_forward'
  if (readFileSync(forward, 'utf8').trim() === '0') {
    writeFileSync(join(config.home, 'forward-was-off'), '')
    writeFileSync(forward, '1')
  }
}

/** Sends a request to the yard. */
export const askYard = (home: string, path: string): Promise<unknown> => controlRequest(yardLayout(home).control, { method: 'POST', path })

/** Processes of this home that outlived their yard's `unshare`: the yard's first process, those of machines, and the relay. */
function strays(home: string): number[] {
  const own = new Set([process.pid, process.ppid])
  const words = [`yard\0${yardLayout(home).config}`, `bash\0${home}/m`, `relay\0${home}\0`]
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && !own.has(pid) && words.some((word) => lives(pid, word)))
}

/** Kills the yard, with all that runs in its PID namespace, and the relay; returns when the last of them is gone. */
async function endProcesses(home: string): Promise<void> {
  const top = yardPid(home)
  // Seen before the kill: `unshare` may be gone while the namespace that it made is still being emptied.
  const doomed = new Set([...(top === undefined ? [] : [top, ...childrenOf(top)]), ...strays(home)])
  for (const pid of doomed) killProcess(pid)
  if (await pollUntil(() => [...doomed].every(hasEnded), { everyMs: pollMs, timeoutMs: goneTimeoutMs })) return
  const living = [...doomed].filter((pid) => !hasEnded(pid))
  throw yardFailed.make({ step: 'end the machines', reason: `${goneTimeoutMs / 1000} s after they were killed the processes ${living.join(', ')} have not ended` })
}

/** Ends every process of the home and removes what they leave on the host. Works whatever was killed before. */
export async function stopYard(home: string): Promise<void> {
  const layout = yardLayout(home)
  const id = yardId(home)
  await endProcesses(home)
  for (const file of [layout.pidFile, layout.relayPidFile, layout.control, layout.uplink]) rmSync(file, { force: true })
  if (process.getuid?.() !== 0) return
  // What is not there any more is no failure: the commands are asked to remove, not to find.
  await runCommand('ip', ['link', 'del', `shoal-${id}`])
  await runCommand('nft', ['delete', 'table', 'ip', `shoal-${id}`])
  const forward = join(home, 'forward-was-off')
  if (existsSync(forward)) {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '0')
    rmSync(forward)
  }
  // The last process may still be on its way out of its group.
  await pollUntil(() => removeCgroup(`/shoal-${id}`), { everyMs: pollMs, timeoutMs: goneTimeoutMs })
}
