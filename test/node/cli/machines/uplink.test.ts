// One address for all peers: connections lead to a peer that answers, and are cut when theirs is dropped.
import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Uplink } from '../../../../node/cli/machines/uplink.ts'

describe('cli / machines / uplink', () => {
  let folder: string
  let path: string
  let servers: Server[] = []
  let uplink: Uplink
  const addresses = ['127.0.0.1', '127.0.0.2']
  let close: () => void

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-uplink-'))
    path = join(folder, 'u')
    servers = addresses.map((address) => createServer((socket) => socket.on('error', () => undefined).write(address)))
    const [first, second] = servers
    await new Promise<void>((resolve) => first?.listen(0, addresses[0], resolve))
    const bound = first?.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : 0
    await new Promise<void>((resolve) => second?.listen(port, addresses[1], resolve))
    uplink = new Uplink(() => addresses, port)
    close = await uplink.listen(path)
  })
  afterEach(() => {
    close()
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true })
  })

  async function ask(): Promise<{ readonly peer: string; readonly socket: Socket }> {
    const socket = connect(path)
    socket.on('error', () => undefined)
    return { peer: String((await once(socket, 'data'))[0]), socket }
  }

  it('takes the peers in turn', async () => {
    const answers = [await ask(), await ask()]
    deepEqual(answers.map((answer) => answer.peer).sort(), addresses)
    for (const { socket } of answers) socket.destroy()
  })

  it('passes by a peer that does not answer', async () => {
    await new Promise<void>((resolve) => servers[0]?.close(() => resolve()))
    for (let turn = 0; turn < 3; turn++) {
      const { peer, socket } = await ask()
      equal(peer, addresses[1])
      socket.destroy()
    }
  })

  it('cuts the connections of a peer that is dropped, and only those', async () => {
    const answers = [await ask(), await ask()]
    const gone = answers.find((answer) => answer.peer === addresses[0])
    const kept = answers.find((answer) => answer.peer === addresses[1])
    uplink.drop('127.0.0.1')
    if (gone !== undefined && !gone.socket.destroyed) await once(gone.socket, 'close')
    equal(kept?.socket.destroyed, false)
    kept?.socket.destroy()
  })
})
