// The peer thread's entry: builds the core with the real clock, the log in files and the engine, and ends the process when
// the main thread hangs or the log cannot be written. Its first message is the core's options; worker-thread.ts sends it.
import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { required } from '../../protocol/base/assert.ts'
import { createEngine } from '../../protocol/engine/engine.ts'
import { systemClock } from '../platform/clock.ts'
import { atEndOfTurn } from '../platform/turn.ts'
import { openLog } from '../store/log/open-log.ts'
import { Core } from './core.ts'
import { portLink } from './link.ts'
import { joinLogAndState } from './peer-log.ts'
import { threadLogger } from './thread-logger.ts'
import { threadMetrics } from './thread-metrics.ts'
import type { CoreOptions, Order, Report } from './types.ts'

const clock = systemClock()
const port = required(parentPort, 'the port of the worker')

async function run(options: CoreOptions): Promise<void> {
  // All that the driver says in a turn it says at its end.
  const link = portLink<Report, Order>(port, queueMicrotask)
  const logger = threadLogger(link)
  const metrics = threadMetrics(clock, (records) => link.send({ kind: 'metrics', records }))
  const core = new Core({
    clock, logger, metrics, createEngine, soon: atEndOfTurn,
    openLog: async ({ logDirectory, logExpected, mark }, self) =>
      joinLogAndState(await openLog({ clock, metrics }, { directory: logDirectory, expected: logExpected }), mark, logger, self),
    abort: (why) => {
      // The main thread may never read this; standard error is written from here.
      process.stderr.write(`shoal: the peer cannot go on: ${why}\n`)
      process.kill(process.pid, 'SIGKILL')
    },
  }, options, link)
  await core.start()
  // A thread keeps what Node made of its sources only when told to; the next one then needs no compiler in memory.
  flushCompileCache()
}

// No message may come between the options and the core's own listener, so the core is made within this one.
port.once('message', (options: CoreOptions) => void run(options))
