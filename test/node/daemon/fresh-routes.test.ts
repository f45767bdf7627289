// What the control socket answers to a fresh daemon.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { Readable } from 'node:stream'
import type { ControlCall, ControlRoutes } from '../../../node/daemon/control-server.ts'
import { alreadyMember, notAMember } from '../../../node/daemon/errors.ts'
import { fieldOf, freshRoutes } from '../../../node/daemon/fresh-routes.ts'

interface Asked {
  readonly argument?: string
  readonly query?: string
  readonly body?: unknown
}

function ask(routes: ControlRoutes, route: string, asked: Asked = {}): Promise<unknown> {
  const run = routes[route]
  ok(run, `no route ${route}`)
  const call: ControlCall = { argument: asked.argument ?? '', query: new URLSearchParams(asked.query), body: () => Promise.resolve(asked.body), stream: Readable.from(['archive']) }
  return run(call)
}

describe('daemon / fresh routes', () => {
  const done: string[] = []
  const routes = (state: 'fresh' | 'joining'): ControlRoutes =>
    freshRoutes({ name: 'ant', state, found: () => Promise.resolve(void done.push('found')), join: (invitation) => Promise.resolve(void done.push(`join ${invitation}`)) })

  it('founds and joins, and tells its state', async () => {
    deepEqual(await ask(routes('fresh'), 'GET /state'), { state: 'fresh', name: 'ant', pid: process.pid })
    deepEqual(await ask(routes('fresh'), 'POST /init'), { state: 'member', name: 'ant', pid: process.pid })
    await ask(routes('fresh'), 'POST /join', { body: { invitation: 'shoal1.x' } })
    deepEqual(done, ['found', 'join shoal1.x'])
  })

  it('refuses a second step while one runs, and what only members know', async () => {
    await rejects(ask(routes('joining'), 'POST /init'), alreadyMember.is)
    await rejects(ask(routes('joining'), 'POST /join'), alreadyMember.is)
    for (const route of ['GET /status', 'GET /kubeconfig', 'GET /tokens', 'POST /tokens']) await rejects(ask(routes('fresh'), route), notAMember.is)
  })

  it('a body of any shape - fields are read from objects only', () => {
    equal(fieldOf({ uses: 2 }, 'uses'), 2)
    for (const body of [undefined, null, 'uses', 7]) equal(fieldOf(body, 'uses'), undefined)
  })
})
