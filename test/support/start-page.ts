// Reads a page of commands and runs them: fenced blocks that begin with `sh`, each in a shell that stays open, so that
// variables and background jobs live on as they do for a reader. The words after `sh` name the machines of `shoal up` where the
// block is typed; without any it is typed on the host, in the project's folder. A `text` block after it shows lines of the output.
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { eventually } from './eventually.ts'
import { kubectlPath } from './kubectl.ts'

const root = join(import.meta.dirname, '../..')

/** Longest time for one block. */
const blockTimeoutMs = 120_000

export interface PageBlock {
  /** Names of machines; none for the host. */
  readonly where: readonly string[]
  readonly commands: string
  /** Lines that the output has, in any order; `…` stands for anything. */
  readonly shows: readonly string[]
}

/** The blocks of a page in order. */
export function pageBlocks(markdown: string): readonly PageBlock[] {
  const blocks: PageBlock[] = []
  for (const [, info = '', body = ''] of markdown.matchAll(/^```([^\n`]+)\n([^]*?)^```$/gm)) {
    const [kind, ...where] = info.split(' ')
    const last = blocks.at(-1)
    if (kind === 'sh') blocks.push({ where, commands: body, shows: [] })
    else if (kind === 'text' && last !== undefined) blocks[blocks.length - 1] = { ...last, shows: [...last.shows, ...body.trim().split('\n').filter((line) => line !== '')] }
    else throw new Error(`a block that is neither sh nor text: ${info}`)
  }
  return blocks
}

const pattern = (line: string): RegExp =>
  new RegExp(`^\\s*${line.trim().split(/(…|\s+)/).map((part) => (part === '…' ? '.*' : /^\s+$/.test(part) ? '\\s*' : part.replace(/[^\w ]/g, '\\$&'))).join('')}\\s*$`, 'm')

/** Lines of a block's `text` that its output does not have. */
export const missingLines = (block: PageBlock, output: string): readonly string[] => block.shows.filter((line) => !pattern(line).test(output))

/** One open shell. */
class Shell {
  readonly #child: ChildProcess
  readonly #name: string
  #output = ''
  #count = 0
  #ended = false

  constructor(name: string, file: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#name = name
    this.#child = spawn(file, [...args], { cwd: root, env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    this.#child.once('exit', () => (this.#ended = true))
    this.#child.stdin?.on('error', () => undefined)
    this.#child.stdin?.write("set -E -o pipefail; trap 'echo \"FAILED $? $BASH_COMMAND\"' ERR; exec 2>&1\n")
  }

  /** What the commands printed. Throws when one of them fails. */
  async run(commands: string): Promise<string> {
    const from = this.#output.length
    const mark = `done-${++this.#count}`
    this.#child.stdin?.write(`${commands}\necho ${mark}\n`)
    await eventually(`the end of ${commands.trim()} on ${this.#name}`, () => this.#ended || this.#output.slice(from).includes(`${mark}\n`), blockTimeoutMs)
    const printed = this.#output.slice(from).replace(`${mark}\n`, '')
    if (this.#ended || /^FAILED /m.test(printed)) throw new Error(`on ${this.#name}:\n${commands}\nprinted:\n${printed}`)
    return printed
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }
}

/** The reader: types each block where the page says, and remembers the invitation that was printed last. */
export class PageReader {
  readonly #home: string
  readonly #shells = new Map<string, Shell>()
  #invitation = 'shoal1.…'

  constructor(home: string) {
    this.#home = home
  }

  /** Runs a block on every machine that it names; answers everything that it printed. */
  async run(block: PageBlock): Promise<string> {
    const commands = block.commands.replaceAll('shoal1.…', this.#invitation)
    const output = (await Promise.all((block.where.length === 0 ? [''] : block.where).map((name) => this.#shell(name).run(commands)))).join('')
    this.#invitation = /shoal1\.[\w.-]{20,}/.exec(output)?.[0] ?? this.#invitation
    return output
  }

  #shell(name: string): Shell {
    const known = this.#shells.get(name)
    if (known !== undefined) return known
    const environment = { ...process.env, SHOAL_HOME: this.#home, PATH: `${dirname(kubectlPath())}:${process.env['PATH'] ?? ''}` }
    const shell = name === '' ? new Shell('the host', 'bash', [], environment) : new Shell(name, join(root, 'shoal'), ['machine', 'enter', name], environment)
    this.#shells.set(name, shell)
    return shell
  }

  end(): void {
    for (const shell of this.#shells.values()) shell.end()
  }
}
