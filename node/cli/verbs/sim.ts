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
    ['--seeds <k>', 'run so many seeds, from the first on'],
    ['--hours <h>', 'go on for so many hours, on all cores'],
    ['--days <d>', 'go on until so many days of virtual time have passed, on all cores'],
    ['--jobs <j>', 'runs at a time (default: one; with --hours or --days one a core)'],
    ['--loops', 'whole control loops: controllers, scheduler and kubelets on every peer'],
    ['--calm', 'faults far apart, and clients that think: months pass in hours'],
    ['--scenario <name>', 'a named run; list shows them'],
    ['--faults <list>', 'of the faults that a seed draws only these, by number'],
    ['--history <file>', 'write what clients asked and were answered, a line of JSON an operation'],
    ['--timeline', 'print the timeline even when nothing fails'],
    ['--speed', 'how fast it is on this machine'],
  ],
  examples: ['shoal sim --seed 7 --peers 5 --time 30m', 'shoal sim --hours 1'],
  run: (context, _args, flags) => runScript(context, script, wordsOf(flags, ['seed', 'peers', 'time', 'seeds', 'hours', 'days', 'jobs', 'loops', 'calm', 'scenario', 'faults', 'history', 'timeline', 'speed'])),
}
