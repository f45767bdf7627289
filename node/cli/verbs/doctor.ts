// The verb that says what is wrong: each cause in a sentence, then who sees whom. Its exit status is 1 when something is broken.
import type { DoctorReport } from '../../base/control.ts'
import { askDaemon, targetFlags } from '../target.ts'
import { table } from '../table.ts'
import type { Verb } from '../verb.ts'

/** Dialling machines that are off takes its time. */
const examineTimeoutMs = 60_000

export const doctorVerb: Verb = {
  usage: 'doctor',
  summary: 'what is wrong between the peers: ports, clocks, keys, versions, packet sizes, and who sees whom',
  flags: [['--json', 'as JSON'], ...targetFlags],
  examples: ['shoal doctor'],
  run: async (context, _args, flags) => {
    const { findings, views } = (await askDaemon(context, flags, { path: '/doctor', timeoutMs: examineTimeoutMs })) as DoctorReport
    if (flags['json'] === true) context.out(JSON.stringify({ findings, views }, null, 2))
    else {
      for (const { level, text } of findings) context.out(`${level}: ${text}`)
      if (findings.length === 0) context.out('nothing is wrong')
      context.out('')
      for (const line of table([['PEER', 'ANSWERS', 'SEES', 'MISSES'], ...views.map((view) => [view.name, view.answers ? 'yes' : 'no', view.sees.join(' ') || '-', view.misses.join(' ') || '-'])])) context.out(line)
    }
    return findings.some(({ level }) => level === 'broken') ? 1 : 0
  },
}
