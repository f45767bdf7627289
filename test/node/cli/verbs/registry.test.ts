// The list of verbs: every call is one of its own, and every file of verbs is in it.
import { equal, ok } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { verbs } from '../../../../node/cli/verbs/registry.ts'

const folder = join(import.meta.dirname, '../../../../node/cli/verbs')

describe('cli / verbs / registry', () => {
  it('has no call twice', () => equal(new Set(verbs.map((verb) => verb.usage.replace(/ [<[].*/, ''))).size, verbs.length))

  it('lists every exported verb', () => {
    const registry = readFileSync(join(folder, 'registry.ts'), 'utf8')
    for (const file of readdirSync(folder)) {
      for (const [, name = ''] of readFileSync(join(folder, file), 'utf8').matchAll(/^export const (\w+): Verb = /gm)) ok(new RegExp(`\\b${name}, |\\b${name},\\n`).test(registry.split('readonly Verb[]')[1] ?? ''), `${name} of ${file}`)
    }
  })
})
