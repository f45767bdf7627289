// Where the core runs: in a worker thread for the daemon, or in the caller's thread for tests and the simulator of faults.
// Both give the same link, so that nothing else knows which it is.
import { Worker } from 'node:worker_threads'
import { Core, type CoreDeps } from './core.ts'
import { memoryLinks, portLink } from './link.ts'
import type { CoreOptions, Link, Order, Report } from './types.ts'

/** Starts the peer thread. `ended` is called when it ends by itself. */
export function startPeerWorker(options: CoreOptions, ended: (why: string) => void): Link<Order, Report> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: options, name: 'peer' })
  let failure: string | undefined
  worker.on('error', (error) => { failure = error instanceof Error ? error.stack ?? error.message : String(error) })
  worker.on('exit', (code) => ended(failure ?? `exit status ${code}`))
  const link = portLink<Order, Report>(worker)
  return { ...link, close: () => { link.close(); void worker.terminate() } }
}

/** Runs the core in this thread. */
export function startInline(deps: CoreDeps): (options: CoreOptions, ended: (why: string) => void) => Link<Order, Report> {
  return (options, ended) => {
    const { left, right } = memoryLinks<Order, Report>()
    const core = new Core({ ...deps, abort: (why) => { deps.abort(why); ended(why) } }, options, right)
    void core.start()
    return left
  }
}
