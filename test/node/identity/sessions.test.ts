// Who a session's claims stand for, and which claims are none.
import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import { isSession, sessionClaims, sessionMostSeconds, sessionUser } from '../../../node/identity/sessions.ts'

const times = { iat: 1_000, exp: 1_600 }

describe('identity / sessions', () => {
  it('the claims are the user, as one who was authenticated', () => {
    deepStrictEqual(sessionUser(sessionClaims({ name: 'ann', groups: ['dev'] })), { name: 'ann', groups: ['dev', 'system:authenticated'] })
  })

  it('claims of another subject, without a name or with other groups are no session', () => {
    const claims = sessionClaims({ name: 'ann', groups: [] })
    for (const wrong of [{ ...claims, sub: 'system:serviceaccount:a:b' }, sessionClaims({ name: '', groups: [] }), { ...claims, 'shoal.dev/session': { user: 'ann', groups: [1] } }, { ...claims, 'shoal.dev/session': 'ann' }, {}]) {
      strictEqual(sessionUser(wrong), undefined)
      strictEqual(isSession({ ...wrong, ...times }), false)
    }
  })

  it('a session is no longer than it may be', () => {
    const claims = sessionClaims({ name: 'ann', groups: [] })
    strictEqual(isSession({ ...claims, iat: 0, exp: sessionMostSeconds }), true)
    strictEqual(isSession({ ...claims, iat: 0, exp: sessionMostSeconds + 1 }), false)
    strictEqual(isSession({ ...claims, exp: 5 }), false)
  })
})
