// How an option is declared: once, in its zone's options.ts. Flags, environment variables, the configuration file and the
// page docs/options.md are all generated from the declaration.

interface OptionBase {
  /** Flag without dashes, `kebab-case`; `SHOAL_KEBAB_CASE` in the environment. */
  readonly name: string
  /** What it does, and what one trades off by raising or lowering it. */
  readonly help: string
  /** For tests with real daemons: on no reference page. */
  readonly hidden?: boolean
}

export type OptionSpec =
  | (OptionBase & { readonly type: 'string'; readonly default: string })
  | (OptionBase & { readonly type: 'list'; readonly default: readonly string[] })
  | (OptionBase & { readonly type: 'flag'; readonly default: boolean })
  | (OptionBase & { readonly type: 'integer'; readonly default: number; readonly unit: string; readonly least: number; readonly most: number })

/** The value type of a declared option. */
export type OptionValue<Spec extends OptionSpec> =
  Spec extends { readonly type: 'string' } ? string
  : Spec extends { readonly type: 'list' } ? readonly string[]
  : Spec extends { readonly type: 'flag' } ? boolean
  : number

/** The values of a zone's options, by the keys under which the zone declares them. */
export type OptionValues<Specs extends { readonly [key: string]: OptionSpec }> = {
  readonly [Key in keyof Specs]: OptionValue<Specs[Key]>
}
