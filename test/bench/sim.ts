// How fast the simulator is on one core: events, and virtual seconds of five healthy peers without clients and with twenty
// operations a virtual second. Seconds are those of processor time, all threads of the process together, so that other load
// on the machine counts little.
import { createEngine } from '../../protocol/engine/engine.ts'
import { measureSpeed } from '../../sim/speed.ts'
import { answer, benchOptions, type Figure, median } from './figures.ts'
import { describeLoad } from './cluster.ts'

const bounds = { eventsPerSecond: 150_000, idleSeconds: 1000, busySeconds: 200 } as const

/** Virtual seconds of a measured run, and how many are run; the median counts. */
const seconds = { full: { idle: 2000, busy: 400 }, quick: { idle: 100, busy: 20 } } as const
const rounds = { full: 5, quick: 1 } as const

function measure(quick: boolean): readonly Figure[] {
  const span = quick ? seconds.quick : seconds.full
  const count = quick ? rounds.quick : rounds.full
  const now = (): number => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  }
  const idle = Array.from({ length: count }, () => measureSpeed(0, span.idle, createEngine, now))
  const busy = Array.from({ length: count }, () => measureSpeed(20, span.busy, createEngine, now))
  return [
    { name: 'events, without clients', value: Math.round(median(idle.map((one) => one.eventsPerSecond))), unit: '/s', atLeast: bounds.eventsPerSecond },
    { name: 'virtual time, without clients', value: Math.round(median(idle.map((one) => one.virtualSecondsPerSecond))), unit: 's/s', atLeast: bounds.idleSeconds },
    { name: 'virtual time, 20 operations a second', value: Math.round(median(busy.map((one) => one.virtualSecondsPerSecond))), unit: 's/s', atLeast: bounds.busySeconds },
  ]
}

if (import.meta.main) {
  const options = benchOptions(process.argv.slice(2))
  if (!options.json) console.log(describeLoad())
  process.exitCode = answer(measure(options.quick), options, (line) => console.log(line))
}
