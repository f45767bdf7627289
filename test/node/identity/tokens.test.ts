// Service account tokens: who they are for, for how long, and what ends them. Time is the clock's, not the machine's.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import { createTokenKey } from '../../../node/identity/ca.ts'
import { authenticate } from '../../../node/identity/authentication.ts'
import { isOwnToken, signToken, tokenIssuer, Tokens } from '../../../node/identity/tokens.ts'
import { sessionMostSeconds } from '../../../node/identity/sessions.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const key = createTokenKey()
const subject = { namespace: 'team', name: 'robot', uid: 'u1' }

function make(): { readonly tokens: Tokens; readonly clock: ManualClock; readonly uids: Map<string, string>; readonly keys: (typeof key)[] } {
  const clock = new ManualClock()
  const uids = new Map([['ServiceAccount/team/robot', 'u1'], ['Pod/team/p', 'u2']])
  const keys = [key]
  const sign = (keyId: string, input: string): Promise<string | undefined> => {
    const found = keys.find((candidate) => candidate.keyId === keyId)
    return Promise.resolve(found === undefined || !isOwnToken(input) ? undefined : signToken(found.privateKey, input))
  }
  const tokens = new Tokens({ clock, keys: () => keys, sign, random: { uid: () => 'id' }, uidOf: (kind, namespace, name) => uids.get(`${kind}/${namespace}/${name}`) })
  return { tokens, clock, uids, keys }
}

const issue = async (tokens: Tokens, seconds = 600): Promise<string> => {
  const issued = await tokens.issue(subject, [tokenIssuer], seconds)
  ok(issued !== undefined)
  return issued.token
}

describe('identity / tokens', () => {
  it('a token is its account', async () => {
    const { tokens } = make()
    const found = await tokens.verify(await issue(tokens), [tokenIssuer])
    strictEqual(found?.user.name, 'system:serviceaccount:team:robot')
    deepStrictEqual(found.user.groups, ['system:serviceaccounts', 'system:serviceaccounts:team', 'system:authenticated'])
  })

  it('ends with its time, also when it was seen before', async () => {
    const { tokens, clock } = make()
    const token = await issue(tokens)
    ok(await tokens.verify(token, [tokenIssuer]) !== undefined)
    clock.advance(601_000)
    strictEqual(await tokens.verify(token, [tokenIssuer]), undefined)
  })

  it('of a peer whose clock is an hour ahead is good on right clocks at once', async () => {
    const [ahead, right] = [make(), make()]
    ahead.clock.advance(3_600_000)
    ok(await right.tokens.verify(await issue(ahead.tokens), [tokenIssuer]) !== undefined)
  })

  it('ends with its account, and an account of the same name is another', async () => {
    const { tokens, uids } = make()
    const token = await issue(tokens)
    ok(await tokens.verify(token, [tokenIssuer]) !== undefined)
    uids.set('ServiceAccount/team/robot', 'u9')
    strictEqual(await tokens.verify(token, [tokenIssuer]), undefined)
  })

  it('ends with the Pod that it is bound to', async () => {
    const { tokens, uids } = make()
    const issued = await tokens.issue({ ...subject, bound: { kind: 'Pod', name: 'p', uid: 'u2', node: { name: 'n', uid: 'u3' } } }, [tokenIssuer], 600)
    const found = await tokens.verify(issued?.token ?? '', [tokenIssuer])
    deepStrictEqual(found?.user.extra?.['authentication.kubernetes.io/pod-name'], ['p'])
    uids.delete('Pod/team/p')
    strictEqual(await tokens.verify(issued?.token ?? '', [tokenIssuer]), undefined)
  })

  it('is for its audience', async () => {
    const { tokens } = make()
    strictEqual(await tokens.verify(await issue(tokens), ['somebody-else']), undefined)
  })

  it('of another cluster, changed, or signed by nobody is refused', async () => {
    const { tokens, keys } = make()
    const token = await issue(tokens)
    const [header = '', claims = '', signature = ''] = token.split('.')
    const changed = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('robot', 'admin')).toString('base64url')
    strictEqual(await tokens.verify(`${header}.${changed}.${signature}`, [tokenIssuer]), undefined)
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    strictEqual(await tokens.verify(`${none}.${claims}.`, [tokenIssuer]), undefined)
    strictEqual(await tokens.verify('x', [tokenIssuer]), undefined)
    keys[0] = createTokenKey()
    strictEqual(await tokens.verify(token, [tokenIssuer]), undefined)
  })

  it('a wrong token never becomes anonymous; a certificate comes first', async () => {
    const { tokens } = make()
    strictEqual(await authenticate({ certificate: undefined, authorization: 'Bearer wrong' }, tokens), undefined)
    strictEqual((await authenticate({ certificate: undefined, authorization: undefined }, tokens))?.name, 'system:anonymous')
    const both = await authenticate({ certificate: { commonName: 'ann', organizations: ['g'], expiresMs: 0 }, authorization: 'Bearer wrong' }, tokens)
    deepStrictEqual(both, { name: 'ann', groups: ['g', 'system:authenticated'] })
  })

  it('a session is the user who began it, and ends with its time', async () => {
    const { tokens, clock } = make()
    const issued = await tokens.issueSession({ name: 'ann', groups: ['dev'] }, 600)
    const found = await tokens.verify(issued?.token ?? '', [tokenIssuer])
    deepStrictEqual(found?.user, { name: 'ann', groups: ['dev', 'system:authenticated'] })
    clock.advance(601_000)
    strictEqual(await tokens.verify(issued?.token ?? '', [tokenIssuer]), undefined)
  })

  it('no session is signed that is longer than sessions may be', async () => {
    strictEqual(await make().tokens.issueSession({ name: 'ann', groups: [] }, sessionMostSeconds + 1), undefined)
  })
})
