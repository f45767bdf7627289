// Makes the reference pages from the declarations: every option, every error, every metric, found by the names of files.
// The pages are committed; a test compares them, and `npm run docs` writes them.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { declaredErrors, type ErrorKind, type ErrorSpec } from '../../node/base/errors.ts'
import type { MetricSpec } from '../../node/base/metrics.ts'
import type { OptionSpec } from '../../node/base/options.ts'
import { environmentName } from '../../node/config/read.ts'

const root = join(import.meta.dirname, '../..')

/** Exports of every file of that name under node/, by zone. */
async function exportsOf(fileName: string): Promise<ReadonlyMap<string, { readonly [name: string]: unknown }>> {
  const files = readdirSync(join(root, 'node'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === fileName)
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const found = new Map<string, { readonly [name: string]: unknown }>()
  for (const file of files) {
    const zone = relative(join(root, 'node'), file).split('/').slice(0, -1).join('/')
    found.set(zone, (await import(pathToFileURL(file).href)) as { readonly [name: string]: unknown })
  }
  return found
}

const hasText = (value: unknown, key: string): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && key in value && typeof (value as { readonly [key: string]: unknown })[key] === 'string'

function isOption(value: unknown): value is OptionSpec {
  return hasText(value, 'name') && hasText(value, 'help') && hasText(value, 'type') && 'default' in value
}

function isMetric(value: unknown): value is MetricSpec {
  return hasText(value, 'name') && hasText(value, 'help') && hasText(value, 'type') && 'labels' in value
}

function isErrorKind(value: unknown): value is ErrorKind<never> {
  return typeof value === 'object' && value !== null && 'spec' in value && hasText(value.spec, 'code') && declaredErrors().some((spec) => spec === value.spec)
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

function optionRow(option: OptionSpec): string {
  const range = option.type === 'integer' ? `${option.least} to ${option.most} (${option.unit})` : option.type
  const preset = Array.isArray(option.default) ? option.default.join(',') : String(option.default)
  return `| \`--${option.name}\` | \`${environmentName(option)}\` | ${range} | ${preset === '' ? '-' : `\`${preset}\``} | ${cell(option.help)} |`
}

/** docs/options.md. An option that several zones read is listed once. */
export async function optionsPage(): Promise<string> {
  const rows = new Map<string, string>()
  for (const exported of (await exportsOf('options.ts')).values()) {
    for (const group of Object.values(exported)) {
      if (typeof group !== 'object' || group === null) continue
      for (const option of Object.values(group)) if (isOption(option) && option.hidden !== true && !rows.has(option.name)) rows.set(option.name, optionRow(option))
    }
  }
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  return `# Options\n\nGenerated from the declarations (\`npm run docs\`). A flag wins over the environment, the environment over the default.\n\n| flag | environment | values | default | what it does |\n| --- | --- | --- | --- | --- |\n${sorted.join('\n')}\n`
}

/** docs/errors.md: what the zones export, not what a test may have declared beside them. */
export async function errorsPage(): Promise<string> {
  const specs = new Map<string, ErrorSpec<never>>()
  for (const exported of [...(await exportsOf('errors.ts')).values(), ...(await exportsOf('read.ts')).values()]) {
    for (const value of Object.values(exported)) if (isErrorKind(value)) specs.set(value.spec.code, value.spec)
  }
  const rows = [...specs.values()].sort((a, b) => (a.code < b.code ? -1 : 1)).map((spec) => `| \`${spec.code}\` | ${spec.exitStatus ?? 1} | ${cell(spec.remedy)} |`)
  return `# Errors\n\nGenerated from the declarations (\`npm run docs\`). A message says what is wrong with the particulars; this page says what to do.\n\n| code | exit status | remedy |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

/** docs/metrics.md. */
export async function metricsPage(): Promise<string> {
  const rows: string[] = []
  for (const [zone, exported] of await exportsOf('metrics.ts')) {
    for (const metric of Object.values(exported)) {
      if (isMetric(metric)) rows.push(`| \`${metric.name}\` | ${metric.type} | ${metric.labels.length === 0 ? '-' : metric.labels.join(', ')} | ${zone} | ${cell(metric.help)} |`)
    }
  }
  return `# Metrics\n\nGenerated from the declarations (\`npm run docs\`). Every peer answers them at \`/metrics\` of its API.\n\n| name | type | labels | zone | what it counts |\n| --- | --- | --- | --- | --- |\n${rows.sort().join('\n')}\n`
}

/** Every page with the file that holds it. */
export async function referencePages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/options.md', await optionsPage()],
    ['docs/errors.md', await errorsPage()],
    ['docs/metrics.md', await metricsPage()],
  ])
}
