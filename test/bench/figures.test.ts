// The form of benchmarks: bounds, what was not measured, and the two ways to print.
import { deepEqual, equal, throws } from 'node:assert/strict'
import { answer, benchOptions, describeFigures, type Figure, median, missed, spread } from './figures.ts'
import { bytesField } from './etcd-client.ts'
import { longestGapSeconds } from './failover.ts'
import { quantile, roundOf, runLoad } from './load.ts'
import { cpuTicks, residentMiB, sentBytes } from './idle.ts'

const figures: readonly Figure[] = [{ name: 'wait', value: 2, unit: 's', atMost: 2 }, { name: 'rate', value: 9, unit: 'n/s', atLeast: 10 }]

describe('bench / figures', () => {
  it('keeps a bound that is just reached; what was not measured misses', () => {
    deepEqual(figures.map(missed), [false, true])
    equal(missed({ name: 'x', value: Number.NaN, unit: 's', atMost: 2 }), true)
    equal(missed({ name: 'x', value: Number.NaN, unit: 's', atLeast: 2 }), true)
  })

  it('takes median and maximum of samples', () => {
    equal(median([3, 1, 2]), 2)
    equal(median([4, 1, 2, 3]), 2.5)
    deepEqual(spread('x', [1, 5, 3.00049], 's', 4).map((figure) => [figure.name, figure.value, missed(figure)]), [['x, median', 3, false], ['x, maximum', 5, true]])
    equal(spread('x', [], 's', 4).every(missed), true)
  })

  it('prints one JSON object or a line a figure, and answers 1 when a bound is missed', () => {
    const lines: string[] = []
    equal(answer(figures, { json: true, quick: false, home: undefined }, (line) => lines.push(line)), 1)
    deepEqual(lines.map((line): unknown => JSON.parse(line)), [{ figures }])
    equal(answer(figures.slice(0, 1), { json: false, quick: false, home: undefined }, () => undefined), 0)
    deepEqual(describeFigures(figures), ['wait          2 s     at most 2', 'rate          9 n/s   at least 10     MISSED'])
  })

  it('reads its arguments and refuses others', () => {
    deepEqual(benchOptions(['--json', '--home', '/h']), { json: true, quick: false, home: '/h' })
    throws(() => benchOptions(['--fast']))
  })
})

describe('bench / idle', () => {
  it('reads the kernel: processor time, memory, counters', () => {
    equal(cpuTicks('12 (a (b) c) S 1 1 1 0 -1 0 0 0 0 0 250 31 7 7 20 0 12 0 0'), 281)
    equal(residentMiB('Name:\tnode\nVmRSS:\t  256000 kB\n'), 250)
    deepEqual([...sentBytes('chain sent {\n ip daddr 10.213.0.2 counter packets 3 bytes 400\n ip daddr 10.213.0.3 counter packets 0 bytes 0\n}')], [['10.213.0.2', 400], ['10.213.0.3', 0]])
  })
})

describe('bench / load', () => {
  it('keeps each client at one request at a time, counts failures, and goes on', async () => {
    const open = new Map<number, number>()
    let worst = 0
    const result = await runLoad({ clients: 3, durationMs: 30, firstClient: 5 }, async (client, turn) => {
      open.set(client, (open.get(client) ?? 0) + 1)
      worst = Math.max(worst, open.get(client) ?? 0)
      await new Promise((resolve) => setImmediate(resolve))
      open.set(client, (open.get(client) ?? 0) - 1)
      if (turn % 2 === 1) throw new Error('refused')
    })
    equal(worst, 1)
    deepEqual([...open.keys()], [5, 6, 7])
    equal(result.latenciesMs.length, result.count)
    equal(result.count > 0 && result.failures > 0, true)
  })

  it('joins the loads of several processes into one round', () => {
    const one = { count: 2, failures: 1, elapsedMs: 1000, latenciesMs: Float64Array.of(1, 3), endsMs: Float64Array.of(1, 3), cpuMs: 6 }
    const round = roundOf([one, { ...one, latenciesMs: Float64Array.of(2, 100) }])
    deepEqual(round, { perSecond: 4, medianMs: 3, p99Ms: 100, failures: 2, cpuMsPerCall: 3 })
    equal(quantile([], 0.5), Number.NaN)
  })

  it('finds the longest time without an acknowledgement', () => {
    equal(longestGapSeconds([10, 20, 1_520, 1_530]), 1.5)
    equal(longestGapSeconds([10]), Number.NaN)
  })

  it('writes fields of bytes as protobuf does', () => {
    deepEqual([...bytesField(1, Buffer.from('ab'))], [0x0a, 2, 97, 98])
    deepEqual([...bytesField(2, Buffer.alloc(300)).subarray(0, 3)], [0x12, 0xac, 0x02])
  })
})
