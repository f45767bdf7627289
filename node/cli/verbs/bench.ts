// shoal bench: a benchmark of the checkout as a process of its own, so that measuring costs what is measured nothing.
import { join } from 'node:path'
import { runScript, wordsOf } from '../child.ts'
import { badArgument } from '../errors.ts'
import type { Verb } from '../verb.ts'

const folder = join(import.meta.dirname, '../../../test/bench')

/** What there is to measure; each is a file in test/bench. */
const benches = ['catchup', 'failover', 'heal', 'idle', 'mirrors', 'proxy', 'reads', 'scale', 'sim', 'start', 'writes'] as const

export const benchVerb: Verb = {
  usage: 'bench <name>',
  summary: `measure against the promised bounds: ${benches.join(', ')}; exit status 1 when one is missed`,
  flags: [
    ['--json', 'one JSON object with every figure and its bound'],
    ['--quick', 'fewer rounds: whether it works, not how well'],
    ['--home <folder>', 'measure the running cluster of this folder instead of a fresh one (heal, idle, scale, start)'],
  ],
  examples: ['shoal bench start', 'shoal bench heal --json', 'shoal bench idle --quick --home /var/opt/shoal'],
  run: (context, [name = ''], flags) => {
    if (!benches.some((known) => known === name)) throw badArgument.make({ argument: name, expected: `one of ${benches.join(', ')}` })
    return runScript(context, join(folder, `${name}.ts`), wordsOf(flags, ['json', 'quick', 'home']))
  },
}
