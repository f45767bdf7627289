// The way into the yard's network: a first line names the target, the rest is the connection.
import { equal } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openTunnel, serveTunnels } from '../../../../node/cli/machines/tunnel.ts'

describe('cli / machines / tunnel', () => {
  let folder: string
  let path: string
  let echo: Server
  let port: number
  let close: () => void
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-tunnel-'))
    path = join(folder, 't')
    close = await serveTunnels(path)
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
    const address = echo.address()
    port = address !== null && typeof address === 'object' ? address.port : 0
  })
  after(() => {
    close()
    echo.close()
    rmSync(folder, { recursive: true })
  })

  it('leads to the target, what was sent at once included', async () => {
    const socket = openTunnel(path, '127.0.0.1', port)
    socket.write('hello')
    equal(String((await once(socket, 'data'))[0]), 'hello')
    socket.destroy()
  })

  it('takes a first line that comes in pieces', async () => {
    const socket = connect(path)
    for (const piece of ['127.0.', `0.1:${port}`, '\nab', 'c']) {
      socket.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    let got = ''
    socket.on('data', (chunk: Buffer) => { got += chunk.toString() })
    while (got !== 'abc') await once(socket, 'data')
    socket.destroy()
  })

  it('closes when nobody listens there, and when no first line comes', async () => {
    const refused = openTunnel(path, '127.0.0.1', 1)
    refused.on('error', () => undefined)
    await once(refused, 'close')
    const endless = connect(path)
    endless.on('error', () => undefined)
    endless.write('x'.repeat(100))
    await once(endless, 'close')
  })
})
