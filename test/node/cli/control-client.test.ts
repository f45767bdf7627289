// The command's way to a daemon: answers, refusals in the daemon's words, silence, and sockets with long paths.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { controlRequest } from '../../../node/cli/control-client.ts'
import { daemonUnreachable, requestRefused } from '../../../node/cli/errors.ts'

describe('cli / control client', () => {
  let folder: string
  let server: Server | undefined
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'shoal-control-')) })
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    rmSync(folder, { recursive: true })
  })

  async function serve(listener: RequestListener, path = join(folder, 's')): Promise<string> {
    server = createServer(listener)
    await new Promise<void>((resolve) => server?.listen(path, resolve))
    return path
  }

  const echo: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({
      method: request.method, path: request.url, type: request.headers['content-type'], body: Buffer.concat(chunks).toString(),
    })))
  }

  it('sends JSON or a stream and parses what comes back', async () => {
    const socket = await serve(echo)
    deepEqual(await controlRequest(socket, { path: '/state' }), { method: 'GET', path: '/state', type: 'application/json', body: '' })
    deepEqual(await controlRequest(socket, { method: 'POST', path: '/join', body: { invitation: 'i' } }), { method: 'POST', path: '/join', type: 'application/json', body: '{"invitation":"i"}' })
    deepEqual(await controlRequest(socket, { method: 'POST', path: '/images', stream: Readable.from(['ab', 'c']) }), { method: 'POST', path: '/images', type: 'application/octet-stream', body: 'abc' })
  })

  it('answers other content as text', async () => {
    const socket = await serve((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('apiVersion: v1\n'))
    equal(await controlRequest(socket, { path: '/kubeconfig' }), 'apiVersion: v1\n')
  })

  it("makes a refusal an error with the daemon's words", async () => {
    const socket = await serve((_, response) => response.writeHead(409, { 'content-type': 'application/json' }).end('{"error":"the name beta is taken"}'))
    await rejects(controlRequest(socket, { path: '/' }), (error) => requestRefused.is(error) && error.message === 'the name beta is taken')
  })

  it('says which daemon does not answer', async () => {
    const socket = join(folder, 'none')
    await rejects(controlRequest(socket, { path: '/' }), (error) => daemonUnreachable.is(error) && error.message.includes(socket))
    const silent = await serve(() => undefined)
    await rejects(controlRequest(silent, { path: '/', timeoutMs: 20 }), (error) => daemonUnreachable.is(error) && error.message.includes('no answer within 20 ms'))
  })

  it('reaches a socket whose path is longer than an address holds', async () => {
    const before = process.cwd()
    const deep = join(folder, 'x'.repeat(60), 'y'.repeat(60))
    mkdirSync(deep, { recursive: true })
    try {
      process.chdir(deep)
      await serve(echo, 's')
      process.chdir(before)
      deepEqual(await controlRequest(join(deep, 's'), { path: '/' }), { method: 'GET', path: '/', type: 'application/json', body: '' })
    } finally {
      process.chdir(before)
    }
  })
})
