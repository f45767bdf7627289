// A refusal counts only when every address refused: the peer may listen at the one that did not answer.
import { equal } from 'node:assert/strict'
import { lossOf } from '../../../node/peer/dial-failure.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:7070'), { code: 'ECONNREFUSED' })
const silent = Object.assign(new Error('connect ETIMEDOUT 10.0.0.2:7070'), { code: 'ETIMEDOUT' })

describe('peer / dial failure', () => {
  it('is a refusal when all addresses refused', () => {
    equal(lossOf(refused), 'refused')
    equal(lossOf(new AggregateError([refused, refused])), 'refused')
    equal(lossOf(new AggregateError([refused, silent])), 'lost')
    equal(lossOf(new AggregateError([])), 'lost')
    equal(lossOf(silent), 'lost')
    equal(lossOf(undefined), 'lost')
  })
})
