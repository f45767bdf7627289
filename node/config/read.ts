// Reads declared options from flags, the environment and a file, in this order of precedence, checks them once and freezes
// them. The only place that looks at the process's environment.
import { defineError } from '../base/errors.ts'
import type { OptionSpec, OptionValues } from '../base/options.ts'

export const badOption = defineError<{ name: string; value: string; expected: string }>({
  code: 'SHOAL_BAD_OPTION',
  message: ({ name, value, expected }) => `option --${name}: "${value}" is not ${expected}`,
  remedy: 'See docs/options.md for every option with its range.',
  exitStatus: 2,
})

/** Where raw values come from: the flags that were given, and the environment. */
export interface OptionSources {
  readonly flags: { readonly [name: string]: string | boolean | undefined }
  readonly environment: { readonly [name: string]: string | undefined }
}

/** The environment variable of an option. */
export const environmentName = (option: OptionSpec): string => `SHOAL_${option.name.toUpperCase().replaceAll('-', '_')}`

function readOne(option: OptionSpec, sources: OptionSources): string | number | boolean | readonly string[] {
  const raw = sources.flags[option.name] ?? sources.environment[environmentName(option)]
  if (raw === undefined) return option.default
  const text = String(raw)
  switch (option.type) {
    case 'string':
      return text
    case 'list':
      return text.split(',').filter((item) => item !== '')
    case 'flag':
      if (text === 'true' || text === '1') return true
      if (text === 'false' || text === '0' || text === '') return false
      throw badOption.make({ name: option.name, value: text, expected: 'true or false' })
    case 'integer': {
      const value = Number(text)
      if (!Number.isInteger(value) || value < option.least || value > option.most)
        throw badOption.make({ name: option.name, value: text, expected: `a whole number from ${option.least} to ${option.most} (${option.unit})` })
      return value
    }
  }
}

/** The checked values of a set of declared options, frozen. */
export function readOptions<Specs extends { readonly [key: string]: OptionSpec }>(specs: Specs, sources: OptionSources): OptionValues<Specs> {
  const values = Object.fromEntries(Object.entries(specs).map(([key, spec]) => [key, readOne(spec, sources)]))
  // The keys and types are those of the declarations that were just walked.
  return Object.freeze(values) as OptionValues<Specs>
}

/** The process's environment, for the process edge to pass on. */
export const processEnvironment = (): { readonly [name: string]: string | undefined } => process.env
