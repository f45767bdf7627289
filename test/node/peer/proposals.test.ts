// Proposal numbers are never used twice, and every wait ends once.
import { strict as assert } from 'node:assert'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../../node/platform/clock.ts'
import { noAgreement } from '../../../node/peer/errors.ts'
import { counterBlock } from '../../../node/peer/limits.ts'
import { afterLoss, ProposalCounter, Proposals } from '../../../node/peer/proposals.ts'

describe('peer / proposals', () => {
  let directory: string
  before(() => { directory = mkdtempSync(join(tmpdir(), 'shoal-counter-')) })
  after(() => rmSync(directory, { recursive: true }))

  it('never use a number twice over restarts, and reserve before use', () => {
    const path = join(directory, 'counter')
    const first = new ProposalCounter(path, 1)
    const used = [first.next(), first.next()]
    assert.deepEqual(used, [1, 2])
    assert.equal(readFileSync(path, 'utf8'), `${1 + counterBlock}\n`)
    const second = new ProposalCounter(path, 1).next()
    assert.ok(second > 2)
    assert.ok(new ProposalCounter(path, 1).next() > second)
    // A lost reservation: what follows is beyond all that a peer can have used, and stays so.
    rmSync(path)
    const third = new ProposalCounter(path, afterLoss(1_700_000_000_000)).next()
    assert.ok(third > second + 1_000_000 * counterBlock && Number.isSafeInteger(afterLoss(4_000_000_000_000)))
    assert.ok(new ProposalCounter(path, 1).next() > third)
  })

  it('end with their result, a refusal, or maybe when time is over', async () => {
    const proposals = new Proposals(systemClock())
    const result = { kind: 'applied', revision: 7 } as const
    const done = proposals.wait(1, 1_000, undefined)
    proposals.applied(1, result)
    assert.deepEqual(await done, result)
    const refused = proposals.wait(2, 1_000, undefined)
    proposals.refused(2, 'overloaded')
    const reason = (wanted: string) => (error: unknown) => noAgreement.is(error) && error.details.reason === wanted
    await assert.rejects(refused, reason('overloaded'))
    await assert.rejects(proposals.wait(3, 5, undefined), reason('maybe'))
    const patience = new AbortController()
    const aborted = proposals.wait(4, 1_000, patience.signal)
    patience.abort()
    await assert.rejects(aborted, reason('maybe'))
    assert.equal(proposals.size, 0)
  })
})
