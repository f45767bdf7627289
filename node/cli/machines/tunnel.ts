// A way from the host into the yard's network, the same for root and for an ordinary user: a unix socket that takes a first
// line `address:port` and is then that connection. The demo, benchmarks and tests reach node ports through it.
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'

const longestFirstLine = 64
const dialTimeoutMs = 2_000

/** Serves tunnels on `path`, inside the yard; the answer ends that. */
export function serveTunnels(path: string): Promise<() => void> {
  rmSync(path, { force: true })
  const server = createServer((client) => {
    client.on('error', () => client.destroy())
    let head = Buffer.alloc(0)
    const onData = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\n')
      if (end === -1) {
        if (head.length > longestFirstLine) client.destroy()
        return
      }
      client.off('data', onData)
      client.pause()
      lead(client, head.subarray(0, end).toString(), head.subarray(end + 1))
    }
    client.on('data', onData)
  })
  return new Promise((resolve) => server.listen(path, () => resolve(() => server.close())))
}

function lead(client: Socket, target: string, rest: Buffer): void {
  const cut = target.lastIndexOf(':')
  const upstream = connect({ host: target.slice(0, cut), port: Number(target.slice(cut + 1)), noDelay: true })
  const timer = setTimeout(() => upstream.destroy(), dialTimeoutMs)
  upstream.on('error', () => upstream.destroy())
  upstream.once('close', () => {
    clearTimeout(timer)
    client.destroy()
  })
  upstream.once('connect', () => {
    clearTimeout(timer)
    upstream.write(rest)
    client.pipe(upstream)
    upstream.pipe(client)
    client.resume()
  })
  client.once('close', () => upstream.destroy())
}

/** Opens a connection to `address:port` as seen from the yard. */
export function openTunnel(path: string, address: string, port: number): Socket {
  const socket = connect(path)
  socket.write(`${address}:${port}\n`)
  return socket
}
