// The command line under test, in this process: verbs run with a context that keeps what they print, against a control socket
// whose routes the test sets and which remembers what it was asked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../node/base/logger.ts'
import { runCli } from '../../node/cli/program.ts'
import type { CliContext, FirstStep, Flags } from '../../node/cli/verb.ts'
import { ControlServer, type ControlRoutes } from '../../node/daemon/control-server.ts'

export interface Ran {
  readonly status: number
  readonly out: readonly string[]
  readonly err: readonly string[]
}

/** What a verb asked the daemon to be run with. */
export interface RanDaemon {
  readonly flags: Flags
  readonly first: FirstStep
}

/** A command with a data directory of its own, and with a daemon behind it when routes are given. */
export class TestCommand {
  readonly directory = mkdtempSync(join(tmpdir(), 'shoal-command-'))
  readonly daemons: RanDaemon[] = []
  #server: ControlServer | undefined

  get context(): CliContext {
    return {
      out: () => undefined, err: () => undefined, columns: 80, home: join(this.directory, 'home'), node: process.execPath, main: 'node/main.ts', environment: process.env,
      runDaemon: (flags, first) => Promise.resolve(this.daemons.push({ flags, first })).then(() => 0),
    }
  }

  /** Answers the control socket of the data directory by these routes. */
  async serve(routes: ControlRoutes): Promise<void> {
    this.#server = new ControlServer(join(this.directory, 'shoal.sock'), () => routes, silentLogger)
    await this.#server.start()
  }

  /** Runs a command line to its end. */
  async run(...argv: readonly string[]): Promise<Ran> {
    const out: string[] = []
    const err: string[] = []
    const status = await runCli(argv, { ...this.context, out: (line) => void out.push(line), err: (line) => void err.push(line) })
    return { status, out, err }
  }

  /** The same, asking the daemon of the data directory. */
  ask(...argv: readonly string[]): Promise<Ran> {
    return this.run(...argv, '--data-dir', this.directory)
  }

  async end(): Promise<void> {
    await this.#server?.stop()
    rmSync(this.directory, { recursive: true, force: true })
  }
}
