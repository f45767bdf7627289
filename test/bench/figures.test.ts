// The form of benchmarks: bounds, what was not measured, and the two ways to print.
import { deepEqual, equal, throws } from 'node:assert/strict'
import { answer, benchOptions, describeFigures, type Figure, median, missed, spread } from './figures.ts'
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
