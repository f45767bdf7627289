// The thread in which the Ingress proxy runs, so that no client's traffic delays the API or the loops of the main thread.
// It is told the ports once and tables as they change, and tells how the start went and which certificates are broken.
import { parentPort, workerData } from 'node:worker_threads'
import { required } from '../../../protocol/base/assert.ts'
import type { IngressPorts } from './doors.ts'
import { IngressServer } from './server.ts'
import type { RouteTable } from './routing.ts'

/** What the thread says. */
export type IngressReport =
  | { readonly kind: 'listening' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'broken'; readonly hosts: readonly string[]; readonly reason: string }

const port = required(parentPort ?? undefined, 'the port of the thread')
const say = (report: IngressReport): void => port.postMessage(report)
const ports: IngressPorts = workerData

const server = new IngressServer((hosts, reason) => say({ kind: 'broken', hosts, reason }))
port.on('message', (table: RouteTable) => server.use(table))
try {
  await server.start(ports)
  say({ kind: 'listening' })
} catch (error) {
  say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exit()
}
