// What a client sees of an answer that fails after it has begun: an end, and not the one of a whole answer.
import { equal, ok, rejects } from 'node:assert/strict'
import { createServer, get } from 'node:http'
import { connect, constants, createServer as createServer2 } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { exchangeOfHttp1, exchangeOfHttp2 } from '../../../../node/apiserver/http/exchange.ts'
import type { Exchange } from '../../../../node/apiserver/http/exchange.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Begins an answer, writes a piece, and fails as the front does: by another answer. */
async function failHalfway(exchange: Exchange): Promise<void> {
  await exchange.begin(200, { 'content-type': 'text/plain' }).write(bytes('half'))
  exchange.respond(500, {}, [bytes('refused')])
}

async function listening(server: { listen(port: number, host: string, ready: () => void): unknown; address(): AddressInfo | string | null }): Promise<number> {
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  ok(typeof address === 'object' && address !== null)
  return address.port
}

describe('apiserver / http / exchange', () => {
  it('an answer of HTTP/1.1 that fails halfway is cut off', async () => {
    const server = createServer((request, response) => { void failHalfway(exchangeOfHttp1(request, response)) })
    const port = await listening(server)
    try {
      const body = new Promise<string>((resolve, reject) => {
        get({ host: '127.0.0.1', port, agent: false }, (response) => {
          let text = ''
          response.on('data', (chunk: Buffer) => { text += chunk.toString() })
          response.on('end', () => resolve(text))
          response.on('error', reject)
        }).on('error', reject)
      })
      await rejects(body, { code: 'ECONNRESET' })
    } finally {
      server.close()
    }
  })

  it('an answer of HTTP/2 that fails halfway is reset, and its connection stays', async () => {
    const server = createServer2()
    server.on('stream', (stream, headers) => {
      const exchange = exchangeOfHttp2(stream, headers)
      if (exchange.target === '/whole') exchange.respond(200, {}, [bytes('whole')])
      else void failHalfway(exchange)
    })
    const session = connect(`http://127.0.0.1:${await listening(server)}`)
    try {
      const half = session.request({ ':path': '/half' })
      half.resume()
      half.on('error', () => equal(half.rstCode, constants.NGHTTP2_INTERNAL_ERROR))
      await new Promise((resolve) => { half.on('close', resolve) })
      equal(half.rstCode, constants.NGHTTP2_INTERNAL_ERROR)
      const whole = session.request({ ':path': '/whole' })
      let text = ''
      for await (const chunk of whole) text += String(chunk)
      equal(text, 'whole')
    } finally {
      session.close()
      server.close()
    }
  })

  it('a second answer does not disturb one that is whole', async () => {
    const server = createServer((request, response) => {
      const exchange = exchangeOfHttp1(request, response)
      exchange.respond(200, {}, [bytes('whole')])
      exchange.respond(500, {}, [bytes('refused')])
    })
    const port = await listening(server)
    try {
      equal(await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text(), 'whole')
    } finally {
      server.close()
    }
  })
})
