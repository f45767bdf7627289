// Scripts as children: their status comes back, their flags are those that were given.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram, runScript, wordsOf } from '../../../node/cli/child.ts'

describe('cli / child', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'shoal-child-')) })
  afterEach(() => rmSync(folder, { recursive: true }))

  const run = (text: string, ...args: readonly string[]): Promise<number> => {
    const script = join(folder, 'script.ts')
    writeFileSync(script, text)
    return runScript({ node: process.execPath, environment: { GIVEN: 'yes' } }, script, args)
  }

  it('answers the exit status and hands on arguments and environment', async () => {
    equal(await run('process.exitCode = process.argv.slice(2).join() === "--seed,7" && process.env["GIVEN"] === "yes" ? 3 : 9', '--seed', '7'), 3)
    equal(await run('export const fine: number = 1'), 0)
  })

  it('answers 128 and the number of the signal that ended it', async () => {
    equal(await run("process.kill(process.pid, 'SIGKILL')"), 137)
  })

  it('runs any program', async () => {
    equal(await runProgram('sh', ['-c', 'exit $STATUS'], { STATUS: '4' }), 4)
  })

  it('fails when there is no such Node', async () => {
    await rejects(runScript({ node: join(folder, 'none'), environment: {} }, 'x.ts', []), /ENOENT/)
  })

  it('turns flags into words again, in the order of the names', () => {
    deepEqual(wordsOf({ seeds: '3', seed: '1', timeline: true, json: false, other: 'x' }, ['seed', 'seeds', 'time', 'timeline', 'json']), ['--seed', '1', '--seeds', '3', '--timeline'])
  })
})
