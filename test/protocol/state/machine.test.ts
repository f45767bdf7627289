// What a transaction does, compared with a second, dumb implementation on random transactions, and case by case.
import assert from 'node:assert/strict'
import { encodeTransaction } from '../../../protocol/message/codec.ts'
import { proposalWindow } from '../../../protocol/state/limits.ts'
import { StateMachine } from '../../../protocol/state/machine.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import type { Random } from '../../../protocol/base/random.ts'
import type { Entry } from '../../../protocol/message/entry.ts'
import type { Condition, ProposalId, Transaction, TransactionResult, Write } from '../../../protocol/message/transaction.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (key: string, value: string, terminating = false): Write => ({ kind: 'put', key, value: bytes(value), terminating })
const del = (key: string): Write => ({ kind: 'delete', key })

/** Feeds a machine entries one after the other. */
class Driver {
  readonly machine = new StateMachine()
  #counter = 0

  entry(body: Entry['body'], timeMs = 1000) {
    return this.machine.apply({ term: 1, index: this.machine.index + 1, timeMs, body })
  }

  run(transaction: Transaction, proposal: ProposalId = { peer: 'p', counter: ++this.#counter }) {
    return this.entry({ kind: 'command', proposal, command: encodeTransaction(transaction) })
  }

  write(...writes: Write[]) {
    return this.run({ conditions: [], writes })
  }

  holds(...conditions: Condition[]): boolean {
    return this.run({ conditions, writes: [] }).command?.result.kind === 'applied'
  }
}

/** The dumb implementation: a plain map that is copied for each transaction. */
class Model {
  rows = new Map<string, { value: string; revision: number; created: number; terminating: boolean }>()
  revision = 0

  run({ conditions, writes }: Transaction): TransactionResult {
    const after = new Map(this.rows)
    let revision = this.revision + writes.filter((write) => write.key.startsWith('/registry/')).length
    const last = revision
    revision = this.revision
    for (const write of writes) {
      const at = write.key.startsWith('/registry/') ? ++revision : last
      if (write.kind === 'delete') after.delete(write.key)
      else after.set(write.key, { value: new TextDecoder().decode(write.value), revision: at, created: after.get(write.key)?.created ?? at, terminating: write.terminating })
    }
    for (const [condition, wanted] of conditions.entries()) {
      if (!this.#holds(wanted, after)) return { kind: 'refused', condition, revision: this.revision }
    }
    this.rows = after
    this.revision = last
    return { kind: 'applied', revision: last }
  }

  #holds(condition: Condition, after: Model['rows']): boolean {
    if (condition.kind === 'version') return this.rows.get(condition.key)?.revision === condition.version
    if (condition.kind === 'absent') return !this.rows.has(condition.key)
    if (condition.kind === 'present') return this.rows.has(condition.key) && !(condition.live && this.rows.get(condition.key)?.terminating === true)
    if (condition.kind === 'limit') return [...after.keys()].filter((key) => key.startsWith(condition.prefix)).length <= condition.limit
    return false
  }
}

function randomTransaction(random: Random, model: Model): Transaction {
  const key = (): string => random.pick(['/registry/core/pods/a/', '/registry/core/pods/b/', '/shoal/x/']) + random.integer(6)
  const condition = (): Condition => {
    const at = key()
    if (random.chance(0.4)) return { kind: 'version', key: at, version: model.rows.get(at)?.revision ?? random.integer(9) }
    if (random.chance(0.3)) return { kind: 'absent', key: at }
    if (random.chance(0.5)) return { kind: 'present', key: at, live: random.chance(0.5) }
    return { kind: 'limit', prefix: '/registry/core/pods/a/', limit: 3 + random.integer(4) }
  }
  const write = (): Write => (random.chance(0.35) ? del(key()) : put(key(), `${random.integer(1000)}`, random.chance(0.2)))
  return {
    conditions: Array.from({ length: random.integer(3) }, condition),
    writes: Array.from({ length: random.integer(5) }, write),
  }
}

describe('protocol / state / machine', () => {
  it('agrees with a plain map on random transactions, results and rows (P18)', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = seededRandom(seed)
      const driver = new Driver()
      const model = new Model()
      for (let i = 0; i < 150; i++) {
        const transaction = randomTransaction(random, model)
        const applied = driver.run(transaction)
        assert.deepEqual(applied.command?.result, model.run(transaction), `seed ${seed}, transaction ${i}`)
      }
      const rows = driver.machine.keys.all().map((row) => [row.key, new TextDecoder().decode(row.value), row.revision, row.createRevision, row.terminating])
      const expected = [...model.rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, row]) => [key, row.value, row.revision, row.created, row.terminating])
      assert.deepEqual(rows, expected, `seed ${seed}`)
      const restored = StateMachine.restore(driver.machine.header(), driver.machine.keys.all(), driver.machine.results())
      assert.deepEqual(restored.header(), driver.machine.header(), `seed ${seed}`)
    }
  })

  it('takes a revision for each object write, in order, and none for internal keys', () => {
    const driver = new Driver()
    const applied = driver.write(put('/registry/a', '1'), put('/shoal/x', '1'), del('/registry/none'), put('/registry/b', '1'))
    assert.deepEqual(applied.command?.result, { kind: 'applied', revision: 3 })
    assert.deepEqual(applied.events.map((event) => event.revision), [1, 3, 3])
    assert.equal(driver.machine.keys.get('/registry/b')?.revision, 3)
    assert.equal(driver.machine.keys.get('/shoal/x')?.revision, 3)
    assert.equal(driver.write(put('/shoal/x', '2')).revision, 3)
  })

  it('shows each step of a key that is written twice in one transaction', () => {
    const driver = new Driver()
    const { events } = driver.write(put('/registry/a', '1'), del('/registry/a'), put('/registry/a', '2'))
    assert.deepEqual(events.map((event) => [event.kind, event.previous === undefined]), [['put', true], ['delete', false], ['put', true]])
    assert.equal(driver.machine.keys.get('/registry/a')?.createRevision, 3)
  })

  it('judges assignments and the feature level by their records', () => {
    const driver = new Driver()
    assert.equal(driver.holds({ kind: 'assignment', work: 'controllers', epoch: 1 }), false)
    driver.write(put('/shoal/assignments/controllers', '{"work":"controllers","peer":"p","epoch":2}'), put('/shoal/feature-level', '3'))
    assert.equal(driver.holds({ kind: 'assignment', work: 'controllers', epoch: 1 }), false)
    assert.equal(driver.holds({ kind: 'assignment', work: 'controllers', epoch: 2 }), true)
    assert.equal(driver.holds({ kind: 'featureLevel', atLeast: 3 }), true)
    assert.equal(driver.holds({ kind: 'featureLevel', atLeast: 4 }), false)
    driver.write(put('/shoal/feature-level', 'no json'))
    assert.equal(driver.holds({ kind: 'featureLevel', atLeast: 1 }), false)
  })

  it('applies a proposal once, however often it is committed (P17)', () => {
    const driver = new Driver()
    const transaction = { conditions: [], writes: [put('/registry/a', '1')] }
    const first = driver.run(transaction, { peer: 'q', counter: 5 })
    driver.write(put('/registry/b', '1'))
    const again = driver.run(transaction, { peer: 'q', counter: 5 })
    assert.deepEqual([again.command?.result, again.events, again.command?.remembered], [first.command?.result, [], undefined])
    assert.equal(driver.machine.revision, 2)
    // Another peer's proposal with the same counter is another proposal, and so is a later one out of order.
    assert.equal(driver.run(transaction, { peer: 'r', counter: 5 }).revision, 3)
    assert.equal(driver.run(transaction, { peer: 'q', counter: 4 }).revision, 4)
  })

  it('never applies a proposal whose result was forgotten', () => {
    const driver = new Driver()
    const transaction = { conditions: [], writes: [put('/registry/a', '1')] }
    driver.run(transaction, { peer: 'q', counter: 1 })
    driver.run(transaction, { peer: 'q', counter: 1 + proposalWindow })
    assert.deepEqual(driver.run(transaction, { peer: 'q', counter: 1 }).command?.result, { kind: 'refused', condition: -1, revision: 2 })
    assert.equal(driver.machine.results().length, 1)
  })

  it('refuses a malformed command alike everywhere (P18)', () => {
    const driver = new Driver()
    const applied = driver.entry({ kind: 'command', proposal: { peer: 'p', counter: 1 }, command: bytes('junk') })
    assert.deepEqual(applied.command?.result, { kind: 'refused', condition: -1, revision: 0 })
  })

  it('moves index, time and configuration with other entries, and never the time back', () => {
    const driver = new Driver()
    driver.entry({ kind: 'noop' }, 5000)
    const configuration = { voters: ['a'], learners: ['b'], witnesses: [] }
    assert.equal(driver.entry({ kind: 'configuration', configuration }, 4000).timeMs, 5000)
    assert.deepEqual(driver.machine.header().mark, { index: 2, term: 1, configuration })
    assert.throws(() => driver.machine.apply({ term: 1, index: 9, timeMs: 1, body: { kind: 'noop' } }), /without a gap/)
  })
})
