// Secrets are ciphertext in the store and plain in the API's hands, however they are read; everything else is untouched.
import { deepStrictEqual, doesNotMatch, match, rejects, strictEqual, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { concealing, revealing } from '../../../node/daemon/secrets-at-rest.ts'
import { secretUnreadable } from '../../../node/daemon/errors.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { SingleAgreed } from '../../support/single-agreed.ts'

const key = '/registry/core/secrets/default/door'
const other = '/registry/core/configmaps/default/door'
const put = (at: string, text: string): Transaction => ({ conditions: [], writes: [{ kind: 'put', key: at, value: Buffer.from(text), terminating: false }] })
const textOf = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString()

describe('daemon / secrets at rest', () => {
  const make = () => {
    const single = new SingleAgreed(systemClock())
    const dataKey = randomBytes(32)
    return { single, dataKey, agreed: concealing(single, () => dataKey), store: revealing(single.store, () => dataKey) }
  }

  it('are ciphertext in the state, another at each write, and plain in every kind of read', async () => {
    const { single, agreed, store } = make()
    const watch = store.watch('/registry/core/secrets/', store.revision())
    await agreed.commit(put(key, '{"open":"sesame"}'), 1_000)
    const first = store.revision()
    const sealed = single.store.get(key)?.value
    doesNotMatch(textOf(sealed), /sesame/)
    await agreed.commit(put(key, '{"open":"sesame"}'), 1_000)
    strictEqual(Buffer.from(sealed ?? []).equals(single.store.get(key)?.value ?? new Uint8Array()), false)
    strictEqual(textOf(store.get(key)?.value), '{"open":"sesame"}')
    strictEqual(store.get(key), store.get(key))
    for (const prefix of ['/registry/core/secrets/', '/registry/']) strictEqual(textOf(store.range(prefix).items[0]?.value), '{"open":"sesame"}')
    strictEqual(textOf(store.rangeAt(first, '/registry/core/secrets/').items[0]?.value), '{"open":"sesame"}')
    const seen = [...(await watch.next()).events, ...(await watch.next()).events]
    deepStrictEqual(seen.map((event) => (event.kind === 'put' ? [textOf(event.value.value), textOf(event.previous?.value)] : [])), [['{"open":"sesame"}', ''], ['{"open":"sesame"}', '{"open":"sesame"}']])
    watch.close()
  })

  it('leave all other objects as they are', async () => {
    const { single, agreed, store } = make()
    await agreed.commit(put(other, '{"open":"sesame"}'), 1_000)
    match(textOf(single.store.get(other)?.value), /sesame/)
    strictEqual(store.get(other), single.store.get(other))
  })

  it('do not open under another key, in another place, damaged, or without a key', async () => {
    const { single, agreed, dataKey } = make()
    await agreed.commit(put(key, '{"open":"sesame"}'), 1_000)
    const sealed = Buffer.from(single.store.get(key)?.value ?? [])
    throws(() => revealing(single.store, () => randomBytes(32)).get(key), secretUnreadable.is)
    throws(() => revealing(single.store, () => undefined).get(key), secretUnreadable.is)
    await rejects(concealing(single, () => undefined).commit(put(key, '{}'), 1_000), secretUnreadable.is)
    const moved = '/registry/core/secrets/default/window'
    await single.commit({ conditions: [], writes: [{ kind: 'put', key: moved, value: sealed, terminating: false }] })
    throws(() => revealing(single.store, () => dataKey).get(moved), secretUnreadable.is)
    sealed[20] = (sealed[20] ?? 0) ^ 1
    await single.commit({ conditions: [], writes: [{ kind: 'put', key, value: sealed, terminating: false }] })
    throws(() => revealing(single.store, () => dataKey).get(key), secretUnreadable.is)
  })
})
