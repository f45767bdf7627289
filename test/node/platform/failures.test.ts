// Expected failures are answered, all others come through.
import { equal, rejects } from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expecting, failureCode, ifMissing } from '../../../node/platform/failures.ts'

describe('platform / failures', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-failures-'))
  })
  after(() => rm(folder, { recursive: true }))

  it('a missing path is answered, also one that leads through a file', async () => {
    equal(await readFile(join(folder, 'none'), 'utf8').catch(ifMissing('')), '')
    equal(await readdir('/proc/version/none').catch(ifMissing(undefined)), undefined)
  })

  it('any other failure comes through as it was', async () => {
    await rejects(readFile(folder, 'utf8').catch(ifMissing('')), { code: 'EISDIR' })
    equal(await readFile(folder, 'utf8').catch(expecting(['EISDIR'], 'a folder')), 'a folder')
    const mistake = new TypeError('no system call')
    await rejects(Promise.reject(mistake).catch(ifMissing('')), mistake)
    equal(failureCode(mistake), undefined)
  })
})
