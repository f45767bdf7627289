// One daemon for a data directory: the second one is told who holds it, and a killed holder leaves no lock behind.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockDirectory } from '../../../node/store/directory-lock.ts'
import { directoryInUse } from '../../../node/store/errors.ts'

describe('store / directory lock', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'shoal-lock-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('refuses a second holder and names the first, until it lets go', async () => {
    const lock = await lockDirectory(directory)
    const refused = await lockDirectory(directory).catch((error: unknown) => error)
    assert.ok(directoryInUse.is(refused))
    assert.equal(refused.details.pid, process.pid)
    await lock.release()
    await (await lockDirectory(directory)).release()
  })

  it('is free after its holder was killed', async () => {
    const module = new URL('../../../node/store/directory-lock.ts', import.meta.url).href
    const script = `const { lockDirectory } = await import(${JSON.stringify(module)}); await lockDirectory(${JSON.stringify(directory)}); console.log('held'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const refused = await lockDirectory(directory).catch((error: unknown) => error)
    assert.ok(directoryInUse.is(refused) && refused.details.pid === child.pid)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await lockDirectory(directory)).release()
  })
})
