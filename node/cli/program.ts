// The command: every verb with its arguments, its help and an example, in one table that commander reads.
// Verbs live in verbs/, a file each, and are loaded when they run; starting `shoal --help` must cost nothing.
import { Command, CommanderError } from 'commander'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ShoalError } from '../base/errors.ts'
import type { CliContext, Verb } from './verb.ts'
import { verbs } from './verbs/registry.ts'

/** Default folder of `shoal up`. */
export function defaultHome(environment: { readonly [name: string]: string | undefined }): string {
  if (environment['SHOAL_HOME'] !== undefined && environment['SHOAL_HOME'] !== '') return environment['SHOAL_HOME']
  if (process.getuid?.() === 0) return '/var/opt/shoal'
  return join(environment['XDG_DATA_HOME'] ?? join(environment['HOME'] ?? '/tmp', '.local/share'), 'shoal')
}

/** What a first word says in the list of commands when it has no verb of its own. */
const groups: { readonly [word: string]: string } = { peer: 'peer remove', token: 'token create, list and delete: invitations', image: 'image load' }

function attach(parent: Command, verb: Verb, context: CliContext, finish: (status: number) => void): void {
  const words = verb.usage.split(' ')
  const names = words.filter((word) => !/^[<[]/.test(word))
  let command = parent
  for (const name of names) {
    const existing = command.commands.find((c) => c.name() === name)
    command = existing ?? command.command(name, verb.hidden === true && name === names.at(-1) ? { hidden: true } : {}).summary(groups[name] ?? '')
  }
  command.description(verb.summary)
  for (const argument of words.filter((word) => /^[<[]/.test(word))) command.argument(argument)
  for (const [flag, help] of verb.flags) command.option(flag, help)
  if (verb.examples.length > 0) command.addHelpText('after', `\nExamples:\n${verb.examples.map((example) => `  ${example}`).join('\n')}`)
  if (verb.passThrough === true) command.allowUnknownOption().allowExcessArguments().passThroughOptions()
  command.action(async (...received: unknown[]) => {
    const flags: { [name: string]: string | boolean | undefined } = {}
    for (const option of command.options) {
      const value: unknown = command.getOptionValue(option.attributeName())
      // `--no-open` is false under the name `open`.
      if (typeof value === 'string' || typeof value === 'boolean') flags[option.negate ? option.name().slice('no-'.length) : option.name()] = value
    }
    const declared = received.slice(0, command.registeredArguments.length).filter((value) => typeof value === 'string')
    const args = verb.passThrough === true ? command.args : declared
    const home = typeof flags['home'] === 'string' ? flags['home'] : context.home
    finish(await verb.run({ ...context, home }, args, flags))
  })
}

/** Prints an error as people read it: what is wrong, then what to do. */
export function describeError(error: unknown): { readonly lines: readonly string[]; readonly status: number } {
  if (error instanceof ShoalError) return { lines: [`shoal: ${error.message}`, `  ${error.remedy} (${error.code})`], status: error.exitStatus }
  if (error instanceof Error) return { lines: [`shoal: ${error.message}`, error.stack ?? ''], status: 70 }
  return { lines: [`shoal: ${String(error)}`], status: 70 }
}

/** Runs the command line; answers the exit status. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  let status = 0
  const program = new Command('shoal')
  program.description('Kubernetes without masters: every machine runs the same daemon.').enablePositionalOptions().exitOverride().showHelpAfterError('(see `shoal --help`)')
  program.configureOutput({ writeOut: (text) => context.out(text.trimEnd()), writeErr: (text) => context.err(text.trimEnd()), ...(context.columns === undefined ? {} : { getOutHelpWidth: () => context.columns ?? 0 }) })
  for (const verb of verbs) attach(program, verb, context, (s) => (status = s))
  try {
    await program.parseAsync(isDeepStrictEqual(argv, []) ? ['--help'] : [...argv], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { lines, status: failed } = describeError(error)
    for (const line of lines) context.err(line)
    return failed
  }
}
