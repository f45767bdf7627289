// Golden texts: what a test says is compared with a file under test/golden. Only `npm run golden -- --update` writes them, by
// an environment variable that nothing else sets; a reviewer then reads the difference.
import { equal } from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = join(import.meta.dirname, '../golden')

/** Set by test/golden.ts; texts are then written instead of compared. */
export const updateVariable = 'SHOAL_GOLDEN_UPDATE'

/** Compares `text` with test/golden/`file`. */
export function matchesGolden(file: string, text: string): void {
  const path = join(folder, file)
  if (process.env[updateVariable] === '1') {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return
  }
  equal(text, existsSync(path) ? readFileSync(path, 'utf8') : '', `test/golden/${file} differs; if it should, run npm run golden -- --update`)
}
