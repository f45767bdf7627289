// The twin in memory keeps the contract of logs, and loses what was not synced.
import assert from 'node:assert/strict'
import { storeClosed } from '../../../../node/store/errors.ts'
import { MemoryDisk } from '../../../../node/store/log/memory-log.ts'
import { describeLog, range, save, shown } from '../../../contract/log.ts'

describe('store / log / memory', () => {
  describeLog(async () => {
    const disk = new MemoryDisk(true)
    return { log: disk.open(), reopen: async () => disk.open() }
  })

  it('loses unsynced appends in a crash, and only those', async () => {
    const disk = new MemoryDisk(false)
    const log = disk.open()
    const first = log.append(save({ entries: range(1, 2) }))
    const second = log.append(save({ entries: range(3, 4) }))
    assert.equal(disk.unsynced, 2)
    disk.sync(1)
    await first
    disk.crash()
    await assert.rejects(second, storeClosed.is)
    assert.equal(shown(disk.open().recovered).entries, '1@1 2@1')
  })
})
