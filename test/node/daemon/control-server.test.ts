// The daemon's door: routes, arguments, bodies, refusals and their statuses, and who may open it.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../../../node/base/logger.ts'
import { ControlServer, type ControlRoutes } from '../../../node/daemon/control-server.ts'
import { dataDirectoryInUse, notAMember } from '../../../node/daemon/errors.ts'
import { controlBodyBytes } from '../../../node/daemon/limits.ts'

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

describe('daemon / control server', () => {
  let folder: string
  let socketPath: string
  let server: ControlServer
  let routes: ControlRoutes
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'shoal-door-'))
    socketPath = join(folder, 's')
    // What a killed daemon leaves.
    writeFileSync(socketPath, '')
    server = new ControlServer(socketPath, () => routes, silentLogger)
    await server.start()
  })
  afterEach(async () => {
    await server.stop()
    await server.stop()
    rmSync(folder, { recursive: true })
  })

  const ask = (method: string, path: string, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request({ socketPath, method, path }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }))
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })

  it('a second daemon on the same folder is refused, and the first one stays reachable', async () => {
    routes = { 'GET /state': () => Promise.resolve({ state: 'fresh' }) }
    const second = new ControlServer(socketPath, () => routes, silentLogger)
    await rejects(second.start(), (error) => dataDirectoryInUse.is(error))
    await second.stop()
    equal((await ask('GET', '/state')).status, 200)
  })

  it('is open to its owner only, and gone when it stops', async () => {
    equal(statSync(socketPath).mode & 0o777, 0o600)
    await server.stop()
    ok(!existsSync(socketPath))
  })

  it('answers JSON or text, with argument, query and body handed on', async () => {
    routes = {
      'GET /kubeconfig': ({ query }) => Promise.resolve(`server: ${query.get('server')}`),
      'DELETE /peers/*': ({ argument }) => Promise.resolve({ removed: argument }),
      'POST /tokens': async ({ body }) => ({ got: await body() }),
      'POST /leave': () => Promise.resolve(undefined),
    }
    deepEqual(await ask('GET', '/kubeconfig?server=https%3A%2F%2Fx'), { status: 200, type: 'text/plain', text: 'server: https://x' })
    deepEqual(await ask('DELETE', '/peers/a%2Fb'), { status: 200, type: 'application/json', text: '{"removed":"a/b"}' })
    deepEqual(await ask('POST', '/tokens', '{"uses":2}'), { status: 200, type: 'application/json', text: '{"got":{"uses":2}}' })
    deepEqual(await ask('POST', '/tokens'), { status: 200, type: 'application/json', text: '{}' })
    deepEqual(await ask('POST', '/leave'), { status: 200, type: 'application/json', text: '{}' })
  })

  it('asks for the routes at each request, and says what it does not know in its present state', async () => {
    routes = {}
    equal((await ask('GET', '/status')).status, 404)
    routes = { 'GET /status': () => Promise.resolve({}) }
    equal((await ask('GET', '/status')).status, 200)
    equal((await ask('POST', '/status')).status, 404)
  })

  it('tells refusals with remedy and code, bad input as 400, mistakes of ours as 500', async () => {
    routes = {
      'GET /refused': () => Promise.reject(notAMember.make({ name: 'a' })),
      'GET /broken': () => Promise.reject(new TypeError('x is undefined')),
      'POST /body': async ({ body }) => body(),
    }
    const refused = await ask('GET', '/refused')
    equal(refused.status, 409)
    deepEqual(JSON.parse(refused.text), { error: 'a does not belong to a cluster yet. Make one with `shoal init`, or join one with `shoal join <invitation>`. (SHOAL_NOT_A_MEMBER)', code: 'SHOAL_NOT_A_MEMBER' })
    equal((await ask('GET', '/broken')).status, 500)
    equal((await ask('POST', '/body', '{"broken')).status, 400)
    equal((await ask('POST', '/body', JSON.stringify('x'.repeat(controlBodyBytes)))).status, 400)
  })
})
