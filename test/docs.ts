// Writes the reference pages under docs/ from the declarations: `npm run docs`.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencePages } from './support/reference-pages.ts'

for (const [file, text] of await referencePages()) writeFileSync(join(import.meta.dirname, '..', file), text)
