// Service account tokens: kept, renewed, and good as long as they live when nobody can issue new ones.
import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { ApiRequest, Transport } from '../../../../node/client/types.ts'
import { TokenKeeper } from '../../../../node/kubelet/volumes/tokens.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { makePod } from '../../../support/pod-fixtures.ts'

describe('kubelet / volumes / tokens', () => {
  const clock = new ManualClock()
  const asked: ApiRequest[] = []
  let isCutOff = false
  const transport: Transport = {
    send: (request) => {
      if (isCutOff) return Promise.reject(new Error('no majority'))
      asked.push(request)
      return Promise.resolve({ status: { token: `t${asked.length}`, expirationTimestamp: new Date(clock.wallMs() + 1_000_000).toISOString() } })
    },
    watch: () => { throw new Error('not used') },
  }
  const keeper = new TokenKeeper({ transport, clock })
  const pod = makePod({ serviceAccountName: 'builder' })
  const projection = { path: 'token', expirationSeconds: 1000, audience: 'vault' }

  it('asks for a token bound to the Pod', async () => {
    equal(await keeper.token(pod, projection), 't1')
    equal(asked[0]?.path, '/api/v1/namespaces/default/serviceaccounts/builder/token')
    deepEqual(JSON.parse(JSON.stringify(asked[0]?.body)).spec, { audiences: ['vault'], expirationSeconds: 1000, boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'web', uid: 'uid-1' } })
  })
  it('keeps it, and renews it after most of its life', async () => {
    clock.advance(700_000)
    equal(await keeper.token(pod, projection), 't1')
    clock.advance(150_000)
    equal(await keeper.token(pod, projection), 't2')
  })
  it('uses the old one while it lives and no new one can be had', async () => {
    isCutOff = true
    clock.advance(900_000)
    equal(await keeper.token(pod, projection), 't2')
    clock.advance(200_000)
    await rejects(keeper.token(pod, projection), /no majority/)
    isCutOff = false
  })
  it('forgets the tokens of a Pod', async () => {
    await keeper.token(pod, projection)
    const count = asked.length
    keeper.forget('uid-1')
    await keeper.token(pod, projection)
    equal(asked.length, count + 1)
  })
})
