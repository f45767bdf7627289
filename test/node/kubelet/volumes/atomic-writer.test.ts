// The atomic writer on real files: all of the old or all of the new.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { lstatSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeAtomically } from '../../../../node/kubelet/volumes/atomic-writer.ts'
import type { Payload } from '../../../../node/kubelet/volumes/payload.ts'

const payload = (files: { readonly [path: string]: string }, mode = 0o644): Payload => new Map(Object.entries(files).map(([path, text]) => [path, { bytes: new TextEncoder().encode(text), mode }]))

describe('kubelet / volumes / atomic writer', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-atomic-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const read = (path: string): string => readFileSync(join(folder, path), 'utf8')

  it('shows files through links, with their modes', async () => {
    equal(await writeAtomically(folder, payload({ a: '1', 'deep/b': '2' }, 0o440)), true)
    deepEqual([read('a'), read('deep/b'), statSync(join(folder, 'a')).mode & 0o777], ['1', '2', 0o440])
    equal(lstatSync(join(folder, 'a')).isSymbolicLink(), true)
    equal(readlinkSync(join(folder, 'a')), '..data/a')
  })
  it('changes everything at once and leaves nothing of the old', async () => {
    await writeAtomically(folder, payload({ a: '1', gone: 'x' }))
    const before = readlinkSync(join(folder, '..data'))
    await writeAtomically(folder, payload({ a: '2', fresh: 'y' }))
    deepEqual([read('a'), read('fresh')], ['2', 'y'])
    deepEqual(readdirSync(folder).filter((name) => !name.startsWith('..')).sort(), ['a', 'fresh'])
    equal(readdirSync(folder).includes(before), false)
  })
  it('does nothing when nothing changed', async () => {
    await writeAtomically(folder, payload({ a: '1' }))
    const before = readlinkSync(join(folder, '..data'))
    equal(await writeAtomically(folder, payload({ a: '1' })), false)
    equal(readlinkSync(join(folder, '..data')), before)
  })
  it('lets the group read what the owner may', async () => {
    await writeAtomically(folder, payload({ a: '1' }, 0o400), process.getgid?.() ?? 0)
    equal(statSync(join(folder, 'a')).mode & 0o777, 0o440)
  })
  it('refuses paths that leave the volume', async () => {
    for (const path of ['../x', '/x', 'a/../../x', '..data', '']) await rejects(writeAtomically(folder, payload({ [path]: '' })), /stays inside/)
  })
})
