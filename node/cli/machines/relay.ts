// The host's half of the relay: one port on 127.0.0.1 that always leads to a peer that lives. It runs on the host's own
// network, hands each connection to the yard's socket, and ends when the yard does.
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { yardLayout } from './layout.ts'
import { yardRuns } from './yard-process.ts'

const watchIntervalMs = 1_000

/** Listens on 127.0.0.1:`port` until the yard of `home` is gone. Resolves when it listens. */
export function runRelay(home: string, port: number): Promise<void> {
  const { uplink } = yardLayout(home)
  const server = createServer((client) => {
    const inner = connect(uplink)
    client.setNoDelay(true)
    client.on('error', () => inner.destroy())
    inner.on('error', () => client.destroy())
    client.on('close', () => inner.destroy())
    inner.on('close', () => client.destroy())
    client.pipe(inner)
    inner.pipe(client)
  })
  setInterval(() => {
    if (!existsSync(uplink) || !yardRuns(home)) process.exit(0)
  }, watchIntervalMs)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
