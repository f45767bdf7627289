// shoal sim: the simulator as a process of its own. Its arguments are checked where they are used, in sim/main.ts.
import { join } from 'node:path'
import { runScript, wordsOf } from '../child.ts'
import type { Verb } from '../verb.ts'

const script = join(import.meta.dirname, '../../../sim/main.ts')

export const simVerb: Verb = {
  usage: 'sim',
  summary: 'run a cluster in virtual time with faults from a seed, and check what must hold; the same seed gives the same hash',
  flags: [
    ['--seed <s>', 'what everything is drawn from (default 1)'],
    ['--peers <n>', 'how many peers (default: drawn, 1 to 7)'],
    ['--time <duration>', 'virtual time with faults: 45s, 30m, 2h (default 20s)'],
    ['--hours <h>', 'the same in hours'],
    ['--seeds <k>', 'run so many seeds, from the first on'],
    ['--scenario <name>', 'a named run; list shows them'],
    ['--timeline', 'print the timeline even when nothing fails'],
  ],
  examples: ['shoal sim --seed 7 --peers 5 --time 30m', 'shoal sim --seed 1 --seeds 300'],
  run: (context, _args, flags) => runScript(context, script, wordsOf(flags, ['seed', 'peers', 'time', 'hours', 'seeds', 'scenario', 'timeline'])),
}
