// The long run of membership at scale (`npm run test:scale`, some minutes): the measurements of scale.ts with many seeds, a
// line each, and exit status 1 when one is out of the table of times. An argument multiplies the seeds.
import { falselyDead, idleLoad, loadUnderDeaths, timesOfSilence } from './scale.ts'

const factor = Number(process.argv[2] ?? 1)
let bad = 0

function line(what: string, good: boolean, figures: string): void {
  if (!good) bad++
  process.stdout.write(`${good ? 'ok ' : 'BAD'} ${what}: ${figures}\n`)
}

for (const loss of [0, 0.1]) {
  for (const count of [5, 10, 20, 50, 100]) {
    const { suspectedMs, deadMs, others } = timesOfSilence(count, Math.ceil((1000 / count) * factor), loss)
    line(`silent loss, ${count} peers, ${loss * 100} % loss`, suspectedMs <= 1500 && deadMs <= 3500 && others === 0, `suspected p99 ${suspectedMs} ms, dead p99 ${deadMs} ms, ${others} others held for dead`)
  }
}
for (const [count, seconds] of [[5, 2000], [10, 1000], [20, 300], [50, 60], [100, 30]] as const) {
  const dead = falselyDead(count, seconds * factor, count, 0.1)
  line(`a quarter of ${count} peers standing still, 10 % loss, ${seconds * factor} s`, dead.length === 0, `${dead.length} falsely dead ${dead.slice(0, 3).join(', ')}`)
}
const load = (figures: { readonly [measure: string]: number }): string => Object.entries(figures).map(([measure, value]) => `${measure} ${value.toFixed(1)}`).join(', ')
const least = idleLoad(5, 20, 30)
for (const count of [5, 20, 100, 1000, 5000]) {
  const figures = idleLoad(count, 20, 30)
  line(`idle, ${count} peers, a second and peer`, figures.bytesSent <= least.bytesSent * 1.25 && figures.messagesSent <= least.messagesSent * 1.25, load({ ...figures }))
}
for (const count of [10, 30, 100, 300]) {
  const figures = loadUnderDeaths(count, 2)
  line(`a death each 5 s, ${count} peers, a second and peer`, figures.messagesSent <= 30, load({ ...figures }))
}
process.exitCode = bad === 0 ? 0 : 1
