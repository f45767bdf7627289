// Child processes: the only way in which the daemon runs another program. Arguments are a list, never a shell line.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

export interface CommandOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string | Uint8Array
  readonly env?: { readonly [name: string]: string | undefined }
  readonly cwd?: string
  /** The child is killed after this long. */
  readonly timeoutMs?: number
}

export interface CommandResult {
  /** Exit status; 128 and the signal's number when a signal ended it; 127 when it could not be started. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end. Never throws for a failing program: the caller reads the status. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const }),
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error) => resolve({ status: 127, stdout: '', stderr: error.message }))
    child.on('close', (code, signal) => {
      resolve({
        status: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      })
    })
    // A child that exits without reading closes the pipe; its status tells the story.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
  })
}
