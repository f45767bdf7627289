// Where the core runs: in a worker thread for the daemon, or in the caller's thread for tests and the simulator of faults.
// Both give the same link, so that nothing else knows which it is.
import { Core, type CoreDeps } from './core.ts'
import { memoryLinks } from './link.ts'
import type { CoreOptions, Link, Order, Report } from './types.ts'
import { PeerThread } from './worker-thread.ts'

/** Starts the peer thread. `ended` is called when it ends by itself. */
export function startPeerWorker(options: CoreOptions, ended: (why: string) => void): Link<Order, Report> {
  return new PeerThread().start(options, ended)
}

/** Runs the core in this thread. */
export function startInline(deps: CoreDeps): (options: CoreOptions, ended: (why: string) => void) => Link<Order, Report> {
  return (options, ended) => {
    const { left, right } = memoryLinks<Order, Report>()
    const core = new Core({ ...deps, abort: (why) => { deps.abort(why); ended(why) } }, options, right)
    void core.start()
    return { ...left, close: () => left.close().then(() => core.halt()) }
  }
}
