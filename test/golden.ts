// npm run golden: runs the specs that hold golden texts; with --update they write them. It finds them by what they import.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { updateVariable } from './support/golden.ts'
import { root, sources } from './tidy/sources.ts'

const specs = sources(['test']).filter((source) => source.path.endsWith('.test.ts') && source.imports.includes('test/support/golden.ts')).map((source) => source.path)
const update = process.argv.includes('--update')
const mocha = join(root, 'node_modules/mocha/bin/mocha.js')
const { status } = spawnSync(process.execPath, [mocha, ...specs], { cwd: root, stdio: 'inherit', env: { ...process.env, ...(update ? { [updateVariable]: '1' } : {}) } })
process.exitCode = status ?? 1
