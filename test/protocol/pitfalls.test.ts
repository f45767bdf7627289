// The pitfalls of systems like this one, P1 to P25, as the table of protocol/README.md names them: each is held by tests,
// scenarios, scripts or wrong variants whose titles carry its number, and the table lists exactly the files that have them.
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

function filesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)).filter((path) => path.endsWith('.ts'))
}

/** Numbers in titles: of tests, scenarios and scripts, and in the names of wrong variants. */
function numbersOf(path: string): Set<number> {
  const text = readFileSync(join(root, path), 'utf8')
  const titles = text.match(/\b(?:it|describe|scenario)\((['"]).*?\1|\bname: (['"]).*?\2/g) ?? []
  return new Set(titles.flatMap((title) => [...title.matchAll(/\bP(\d+)\b/g)].map((match) => Number(match[1]))))
}

describe('protocol / pitfalls', () => {
  const held = new Map<number, string[]>()
  for (const path of [...filesUnder('test'), 'sim/scenarios.ts', 'sim/storm/scripts.ts'].sort()) {
    for (const number of numbersOf(path)) held.set(number, [...(held.get(number) ?? []), path])
  }
  const rows = new Map<number, string[]>()
  for (const line of readFileSync(join(root, 'protocol/README.md'), 'utf8').split('\n')) {
    const row = /^\| P(\d+) \|.*\|(.*)\|$/.exec(line)
    if (row !== null) rows.set(Number(row[1]), [...(row[2] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''))
  }

  it('each has a row, and a title that names it', () => {
    const all = Array.from({ length: 25 }, (_, i) => i + 1)
    assert.deepEqual([...rows.keys()], all)
    assert.deepEqual(all.filter((number) => !held.has(number)), [])
  })

  it('each row lists the files whose titles name it, and no others', () => {
    for (const [number, files] of rows) assert.deepEqual([...files].sort(), held.get(number), `P${number}`)
  })
})
