// Docker for the compose tests: the daemon that answers already, or one of our own, started here and taken away again with
// everything it made: its data, its bridges, its packet filter rules, the forwarding switch. It is not one for users.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, type CommandResult } from '../cluster.ts'
import { eventually } from '../eventually.ts'

const forwarding = '/proc/sys/net/ipv4/ip_forward'
const filters = [['iptables-save', 'iptables-restore'], ['ip6tables-save', 'ip6tables-restore']] as const

/** Building a base on a busy machine takes minutes. */
const mustTimeoutMs = 600_000

/** Runs a program that must succeed; answers its standard output. */
export async function must(file: string, args: readonly string[], input?: string): Promise<string> {
  const { status, stdout, stderr } = await run(file, args, process.env, input, mustTimeoutMs)
  if (status !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`)
  return stdout
}

export const docker = (...args: readonly string[]): Promise<string> => must('docker', args)
export const tryDocker = (...args: readonly string[]): Promise<CommandResult> => run('docker', args)

const answers = async (): Promise<boolean> => (await tryDocker('version')).status === 0

/** What a daemon of our own changes on this machine, as it was before. */
interface Before {
  readonly forwarding: string
  readonly rules: readonly string[]
  readonly tables: readonly string[]
  readonly links: readonly string[]
}

const words = async (file: string, args: readonly string[]): Promise<readonly string[]> => (await must(file, args)).trim().split('\n').filter((line) => line !== '')
const links = async (): Promise<readonly string[]> => (await words('ip', ['-o', 'link'])).map((line) => line.split(': ')[1]?.split('@')[0] ?? '')
const tables = (): Promise<readonly string[]> => words('nft', ['list', 'tables'])

/** A Docker daemon that these tests may use. */
export class TestDocker {
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #before: Before

  private constructor(folder: string, child: ChildProcess, before: Before) {
    this.#folder = folder
    this.#child = child
    this.#before = before
  }

  /** Starts a daemon and leads this process's docker commands to it; undefined when one answers already. */
  static async start(): Promise<TestDocker | undefined> {
    // The builder that Debian's docker.io has; a newer client would ask for a plug-in.
    process.env['DOCKER_BUILDKIT'] = '0'
    if (await answers()) return undefined
    const before: Before = {
      forwarding: readFileSync(forwarding, 'utf8'), tables: await tables(), links: await links(),
      rules: await Promise.all(filters.map(([save]) => must(save, []))),
    }
    const folder = mkdtempSync('/tmp/shoal-docker-')
    writeFileSync(join(folder, 'daemon.json'), '{}')
    const log = openSync(join(folder, 'log'), 'w')
    const socket = `unix://${folder}/docker.sock`
    const child = spawn(
      'dockerd',
      ['--config-file', join(folder, 'daemon.json'), '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'), '--host', socket],
      { stdio: ['ignore', log, log] },
    )
    process.env['DOCKER_HOST'] = socket
    const docker = new TestDocker(folder, child, before)
    try {
      await eventually('an answer of dockerd', () => {
        if (child.exitCode !== null) throw new Error(`dockerd ended: ${readFileSync(join(folder, 'log'), 'utf8').slice(-2_000)}`)
        return answers()
      }, 30_000)
    } catch (error) {
      await docker.stop()
      throw error
    }
    return docker
  }

  /** Stops the daemon and puts the machine back as it was. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      await ended
    }
    for (const name of await links()) if (!this.#before.links.includes(name) && /^(docker0|br-|veth)/.test(name)) await run('ip', ['link', 'delete', name])
    for (const [i, [, restore]] of filters.entries()) await must(restore, [], this.#before.rules[i])
    for (const table of await tables()) if (!this.#before.tables.includes(table)) await must('nft', ['delete', ...table.split(' ')])
    writeFileSync(forwarding, this.#before.forwarding)
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1] ?? '').filter((path) => path.startsWith(`${this.#folder}/`))
    for (const path of mounts.reverse()) await run('umount', ['--lazy', path])
    if (existsSync(this.#folder)) rmSync(this.#folder, { recursive: true, force: true })
    delete process.env['DOCKER_HOST']
  }
}
