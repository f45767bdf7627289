// The client of `bench heal` and `bench scale`: it runs in the network of the machines, as a client on their link does, and asks
// through doors in turn at an even pace, with a new connection each. It goes on until its standard input ends and then
// prints what came of it. doors.ts starts it.
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { Door, Knocks } from './doors.ts'

const answerTimeoutMs = 4_000

/** What doors.ts passes as the argument. */
export interface KnockOrder {
  readonly doors: readonly Door[]
  readonly perSecond: number
  /** Times are told in seconds after this moment of the wall clock. */
  readonly startEpochMs: number
}

/** Why it failed, or undefined for a whole page. */
function ask({ address, port, host }: Door): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request({ host: address, port, headers: { host, connection: 'close' }, agent: false }, (answer) => {
      buffer(answer).then(
        (body) => resolve(answer.statusCode === 200 ? undefined : `${answer.statusCode} ${body.toString().trim()}`),
        (error: Error) => resolve(error.message),
      )
    })
    outgoing.setTimeout(answerTimeoutMs, () => outgoing.destroy(new Error('time ran out')))
    outgoing.on('error', (error) => resolve(error.message))
    outgoing.end()
  })
}

// doors.ts wrote it.
const { doors, perSecond, startEpochMs } = JSON.parse(process.argv[2] ?? '') as KnockOrder
const results = new Map<string, Knocks>(doors.map(({ kind }) => [kind, { count: 0, failures: 0, lastFailureSeconds: 0, lastReason: '' }]))
const under = new Set<Promise<void>>()

async function knock(door: Door): Promise<void> {
  const sentSeconds = (Date.now() - startEpochMs) / 1000
  const reason = await ask(door)
  const before = results.get(door.kind)
  if (before === undefined) return
  const isLast = reason !== undefined && sentSeconds >= before.lastFailureSeconds
  results.set(door.kind, {
    count: before.count + 1, failures: before.failures + (reason === undefined ? 0 : 1),
    lastFailureSeconds: isLast ? sentSeconds : before.lastFailureSeconds, lastReason: isLast ? `${reason} from ${door.address}:${door.port}` : before.lastReason,
  })
}

let isOver = false
process.stdin.resume().once('end', () => (isOver = true))
const beganMs = performance.now()
for (let sent = 0; !isOver; sent++) {
  const waitMs = beganMs + (sent * 1000) / perSecond - performance.now()
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
  const door = doors[sent % doors.length]
  if (door === undefined) break
  const asking = knock(door)
  under.add(asking)
  void asking.finally(() => under.delete(asking))
}
await Promise.all(under)
process.stdout.write(JSON.stringify([...results]))
