// Runs a program as a child with the terminal handed on, or a script of this checkout with the same Node: for verbs whose work
// is a program of its own. Only the exit status comes back.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { CliContext } from './verb.ts'

/** Runs a script with this Node; otherwise as {@link runProgram}. */
export const runScript = (context: Pick<CliContext, 'node' | 'environment'>, script: string, args: readonly string[]): Promise<number> =>
  runProgram(context.node, ['--disable-warning=ExperimentalWarning', script, ...args], context.environment)

/** Runs it to its end; answers its exit status, 128 and the signal's number when a signal ended it. */
export function runProgram(file: string, args: readonly string[], environment: CliContext['environment']): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { stdio: 'inherit', env: { ...environment } })
    child.once('error', reject)
    child.once('exit', (status, signal) => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** The flags that were given, as words again. */
export function wordsOf(flags: { readonly [name: string]: string | boolean | undefined }, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const value = flags[name]
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}`, value]
  })
}
