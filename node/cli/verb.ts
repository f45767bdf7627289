// What a verb of the command is: its call, its help, and the function that does it. Each verb is a file under verbs/ and a
// line in verbs/registry.ts.
import { badArgument } from './errors.ts'

/** What a verb may use of the process it runs in. */
export interface CliContext {
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Width of help texts; that of the terminal when absent. */
  readonly columns?: number
  /** Folder of `shoal up`. */
  readonly home: string
  /** The Node binary and the script that run this command. */
  readonly node: string
  readonly main: string
  readonly environment: { readonly [name: string]: string | undefined }
  /** Runs a daemon in this process until it is stopped; calls `started` once it runs. Handed in, since the command does not reach into the daemon. */
  readonly runDaemon: (flags: { readonly [name: string]: string | boolean | undefined }, first: FirstStep, started: () => void) => Promise<number>
}

/** What a daemon does when its data directory is fresh. */
export type FirstStep = { readonly kind: 'wait' } | { readonly kind: 'init' } | { readonly kind: 'join'; readonly invitation: string }

/** A flag's values as commander parsed them. */
export type Flags = { readonly [name: string]: string | boolean | undefined }

/** One verb: how it is called, what it says of itself, and what it does. */
export interface Verb {
  /** As in `token create <name>`: words, then arguments. */
  readonly usage: string
  readonly summary: string
  readonly flags: readonly (readonly [flag: string, help: string])[]
  readonly examples: readonly string[]
  /** Not shown in the help. */
  readonly hidden?: boolean
  /** Flags that are not declared here are passed on as they are. */
  readonly passThrough?: boolean
  /** Answers the exit status. */
  readonly run: (context: CliContext, args: readonly string[], flags: Flags) => Promise<number>
}

/** A whole number from a flag, within bounds. */
export function integerFlag(flags: Flags, name: string, fallback: number, least: number, most: number): number {
  const raw = flags[name]
  if (raw === undefined) return fallback
  const value = Number(raw)
  if (!Number.isInteger(value) || value < least || value > most) throw badArgument.make({ argument: `--${name} ${String(raw)}`, expected: `a whole number from ${least} to ${most}` })
  return value
}
