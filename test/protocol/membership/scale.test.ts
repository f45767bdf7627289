// Membership at 5 to 100 peers and its load up to 5,000, in few runs; `npm run test:scale` makes the many.
import assert from 'node:assert/strict'
import { falselyDead, idleLoad, loadUnderDeaths, timesOfSilence } from './scale.ts'

describe('protocol / membership / scale', function () {
  this.timeout(60_000)

  for (const count of [5, 10, 20, 50, 100]) {
    it(`silent loss at 10 % loss, ${count} peers - within the table of times, and nobody else dies`, () => {
      const { suspectedMs, deadMs, others } = timesOfSilence(count, Math.ceil(50 / count), 0.1)
      assert.ok(suspectedMs <= 1500, `suspected after ${suspectedMs} ms`)
      assert.ok(deadMs <= 3500, `dead after ${deadMs} ms`)
      assert.equal(others, 0)
    })
  }
  for (const [count, seconds] of [[5, 60], [20, 15], [60, 4]] as const) {
    it(`10 % loss and a quarter of ${count} peers standing still for a second at a time - nobody is declared dead`, () => {
      assert.deepEqual(falselyDead(count, seconds, count, 0.1), [])
    })
  }
  it('what a peer sends and hears does not grow with the cluster, to 5,000 peers', () => {
    const small = idleLoad(5, 20, 10)
    for (const count of [100, 5000]) {
      const large = idleLoad(count, 20, 10)
      for (const measure of ['messagesSent', 'messagesHeard', 'bytesSent', 'bytesHeard'] as const) {
        assert.ok(large[measure] <= small[measure] * 1.25, `${count} peers: ${measure} ${large[measure]} a second, ${small[measure]} among 5`)
      }
    }
    assert.ok(small.messagesSent <= 20 && small.bytesSent <= 1000)
  })
  it('a death costs each peer hardly more among many than among few', () => {
    const [few, many] = [loadUnderDeaths(10, 1), loadUnderDeaths(80, 1)]
    assert.ok(many.messagesSent <= few.messagesSent * 1.25, `${many.messagesSent} after ${few.messagesSent} messages a second`)
    assert.ok(many.bytesSent <= few.bytesSent * 2, `${many.bytesSent} after ${few.bytesSent} bytes a second`)
  })
})
