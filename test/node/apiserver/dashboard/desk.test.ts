// The dashboard's door on a real API server: files with their guards, sessions begun, shown and ended, and what a session's cookie
// is refused for.
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { dashboardToken } from '../../../../node/daemon/dashboard-access.ts'
import { ApiFixture } from '../../../support/api-fixture.ts'
import type { HttpAnswer } from '../../../support/api-fixture.ts'

describe('apiserver / dashboard / desk', () => {
  let fixture: ApiFixture
  let token = ''
  before(async () => {
    fixture = await ApiFixture.start(undefined, undefined, { '/shoal/peers': () => ({ leader: 'n1' }) })
    token = (await dashboardToken(fixture.transport(), 3_600)).token
  })
  after(() => fixture.stop())

  const get = (path: string, headers: { readonly [name: string]: string } = {}): Promise<HttpAnswer> => fixture.http('GET', path, { anonymous: true, headers })
  const own = (): string => `https://127.0.0.1:${fixture.server.port}`
  const begin = (body: string, origin = own()): Promise<HttpAnswer> => fixture.http('POST', '/dashboard/session', { anonymous: true, body, headers: { origin, host: `127.0.0.1:${fixture.server.port}`, 'content-type': 'application/json' } })
  const cookie = (): string => `__Host-shoal=${token}`
  const inPage = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }

  it('the page and its modules are served to everybody, guarded and without types', async () => {
    const page = await get('/dashboard/')
    equal(page.status, 200)
    match(String(page.headers['content-security-policy']), /default-src 'none'; script-src 'self'/)
    ok(!/<script>|style=|onclick/.test(page.text))
    const module = await get('/dashboard/main.ts')
    equal(module.headers['content-type'], 'text/javascript; charset=utf-8')
    match(module.text, /from '\/dashboard\/lib\/preact\.js'/)
    ok(!/import type \{|: JSX\.Element/.test(module.text))
    match((await get('/dashboard/lib/hooks.js')).text, /from'\/dashboard\/lib\/preact\.js'/)
    equal((await get('/dashboard/main.ts', { 'if-none-match': String(module.headers['etag']) })).status, 304)
  })

  it('nothing outside of the folder is served', async () => {
    for (const path of ['/dashboard/../apiserver/limits.ts', '/dashboard/%2e%2e/main.ts', '/dashboard/lib/express.js', '/dashboard/tsconfig.json', '/dashboard/none.ts']) equal((await get(path)).status, 404, path)
    equal((await get('/dashboard')).headers['location'], '/dashboard/')
  })

  it('all scripts together are under 200 KiB gzipped', async () => {
    const { PageFiles } = await import('../../../../node/apiserver/dashboard/files.ts')
    const files = new PageFiles()
    const seen = new Set<string>()
    let sizeBytes = 0
    const visit = (name: string): void => {
      if (seen.has(name)) return
      seen.add(name)
      const file = files.find(name)
      ok(file !== undefined, name)
      sizeBytes += file.gzipped.length
      for (const [, found = ''] of Buffer.from(file.bytes).toString().matchAll(/(?:from\s*|import\()'([^']+)'/g)) visit(new URL(found, `https://x/dashboard/${name}`).pathname.slice('/dashboard/'.length))
    }
    visit('main.ts')
    ok(sizeBytes < 200 * 1024, String(sizeBytes))
  })

  it('a token begins a session that scripts cannot read and that ends with the token', async () => {
    const answer = await begin(JSON.stringify({ token }))
    equal(answer.status, 200)
    const [set = ''] = answer.headers['set-cookie'] ?? []
    match(set, /^__Host-shoal=[\w.-]+; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=(3[56]\d\d)$/)
    equal(JSON.parse(answer.text).user, 'system:serviceaccount:kube-system:shoal-dashboard')
    equal((await get('/dashboard/session', { cookie: cookie() })).status, 200)
  })

  it('wrong tokens, other pages and bodies that are no sign-in are refused', async () => {
    deepEqual([(await begin(JSON.stringify({ token: `${token}x` }))).status, (await begin('{}')).status, (await begin('token')).status], [401, 400, 400])
    equal((await begin(JSON.stringify({ token }), 'https://elsewhere.example')).status, 403)
    equal((await begin(JSON.stringify({ token: 'x'.repeat(20_000) }))).status, 413)
    const gone = await get('/dashboard/session', { cookie: '__Host-shoal=a.b.c' })
    equal(gone.status, 401)
    match(String(gone.headers['set-cookie']), /Max-Age=0/)
  })

  it('a session acts for its user from the dashboard\'s pages and from nowhere else', async () => {
    equal((await get('/api/v1/nodes', { cookie: cookie(), ...inPage })).status, 200)
    equal((await get('/shoal/peers', { cookie: cookie(), ...inPage })).text, '{"leader":"n1"}\n')
    equal((await get('/shoal/peers')).status, 403)
    const elsewhere: readonly { readonly [name: string]: string }[] = [{}, { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }, { origin: 'https://elsewhere.example' }]
    for (const headers of elsewhere) equal((await get('/api/v1/nodes', { cookie: cookie(), ...headers })).status, 403)
  })

  it('a session does not reach what is proxied', async () => {
    const answer = await get('/api/v1/namespaces/default/services/web/proxy/', { cookie: cookie(), ...inPage })
    equal(answer.status, 403)
    match(answer.text, /not for sessions/)
  })

  it('a client certificate gets a code, the code a session of that user, once', async () => {
    const ann = await fixture.user('ann', ['dev'])
    const asked = await fixture.http('POST', '/dashboard/code', { as: ann, body: '{"ttlSeconds":900}', headers: { 'content-type': 'application/json' } })
    equal(asked.status, 200)
    const { code } = JSON.parse(asked.text) as { code: string }
    const begun = await begin(JSON.stringify({ code }))
    equal(begun.status, 200)
    deepEqual([JSON.parse(begun.text).user, JSON.parse(begun.text).lifeMs > 890_000 && JSON.parse(begun.text).lifeMs <= 900_000], ['ann', true])
    const own = String(begun.headers['set-cookie']).split(';')[0] ?? ''
    const refused = await get('/api/v1/nodes', { cookie: own, ...inPage })
    equal(refused.status, 403)
    match(refused.text, /User \\"ann\\" cannot list resource/)
    equal((await begin(JSON.stringify({ code }))).status, 401)
  })

  it('no code without a certificate, nor for a page; no session longer than the certificate', async () => {
    equal((await fixture.http('POST', '/dashboard/code', { anonymous: true, body: '{}' })).status, 401)
    equal((await fixture.http('POST', '/dashboard/code', { body: '{}', headers: { origin: 'https://elsewhere.example' } })).status, 403)
    equal((await fixture.http('GET', '/dashboard/code')).status, 405)
    equal((await begin(JSON.stringify({ code: 'guessed' }))).status, 401)
  })

  it('a session ends when its account is deleted', async () => {
    await fixture.transport().send({ method: 'DELETE', path: '/api/v1/namespaces/kube-system/serviceaccounts/shoal-dashboard' })
    equal((await get('/api/v1/nodes', { cookie: cookie(), ...inPage })).status, 401)
    token = (await dashboardToken(fixture.transport(), 3_600)).token
    equal((await get('/dashboard/session', { cookie: cookie() })).status, 200)
  })
})
