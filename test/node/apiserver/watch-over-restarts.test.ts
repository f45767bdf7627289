// Watches of the API over real peers: a client that was cut off goes on from its version after the whole cluster was killed,
// at another peer than before, and sees each change once and in order (P22). History lies on each peer's disk, and what was
// not there yet comes from the log.
import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import type { Call } from '../../../node/apiserver/call.ts'
import { Storage } from '../../../node/apiserver/storage.ts'
import { watchObjects } from '../../../node/apiserver/watching.ts'
import { systemClock } from '../../../node/platform/clock.ts'
import { resourceByName } from '../../../node/resources/registry.ts'
import { required } from '../../../protocol/base/assert.ts'
import { seededRandom } from '../../../protocol/base/random.ts'
import type { Write } from '../../../protocol/message/transaction.ts'
import { eventually, TestCluster, type TestPeer } from '../../support/peers.ts'

const configMaps = required(resourceByName('', 'v1', 'configmaps'), 'the kind ConfigMap')
const keyOf = (name: string): string => `/registry/core/configmaps/default/${name}`
const put = (name: string, value: string): Write => ({
  kind: 'put', key: keyOf(name), value: Buffer.from(JSON.stringify({ metadata: { name, namespace: 'default' }, data: { value } })), terminating: false,
})

describe('apiserver / watches over a restart of the whole cluster', function () {
  this.timeout(60_000)
  const cluster = new TestCluster()
  const names = ['ant', 'bee', 'cat']
  const clock = systemClock()
  after(() => cluster.end())

  const write = async ({ peer }: TestPeer, ...writes: Write[]): Promise<number> => {
    const result = await peer.agreed.commit({ conditions: [], writes }, 10_000)
    strictEqual(result.kind, 'applied')
    return result.revision
  }

  /** All have applied the same, and nothing is agreed any more: voters, keys and works have settled. */
  async function atRest(): Promise<void> {
    let last = ''
    let sinceMs = clock.bootMs()
    await eventually('the cluster rests', () => {
      const indices = new Set([...cluster.peers.values()].map(({ store }) => store.appliedIndex()))
      if (last !== [...indices].join()) sinceMs = clock.bootMs()
      last = [...indices].join()
      return indices.size === 1 && clock.bootMs() - sinceMs > 1_500
    }, 30_000)
  }

  /** What a watch from `version` on shows until `count` changes came: `version kind`, the kind as a client reads it. */
  async function watch({ store, peer }: TestPeer, version: number, count: number): Promise<readonly string[]> {
    const ended = new AbortController()
    const storage = new Storage({ store, agreed: peer.agreed, clock })
    const answer = watchObjects({ storage, clock, random: seededRandom(1) }, callOf(`resourceVersion=${version}`, ended.signal), configMaps, 'default')
    ok(answer.kind === 'watch')
    const seen: string[] = []
    for await (const frame of answer.frames) {
      ok(frame.kind === 'object', JSON.stringify(frame))
      const { metadata }: { readonly metadata: { readonly name: string } } = JSON.parse(Buffer.from(frame.bytes).toString())
      seen.push(`${frame.type} ${metadata.name} ${frame.revision}`)
      if (seen.length === count) break
    }
    ended.abort()
    return seen
  }

  it('go on from their version at any peer, with what came before, during and after', async () => {
    await cluster.init('ant')
    for (const name of names.slice(1)) await cluster.join(name, 'ant')
    const start = await write(cluster.get('ant'), put('first', '1'))
    const expected: string[] = []
    for (let at = 0; at < 20; at++) {
      const one = await write(cluster.get(names[at % 3] ?? ''), put(`n${at}`, '1'))
      expected.push(`ADDED n${at} ${one}`)
    }
    const both = await write(cluster.get('bee'), put('first', '2'), put('n0', '2'))
    expected.push(`MODIFIED first ${both - 1}`, `MODIFIED n0 ${both}`)
    const gone = await write(cluster.get('cat'), { kind: 'delete', key: keyOf('n1') })
    expected.push(`DELETED n1 ${gone}`)
    const before = await watch(cluster.get('ant'), start, expected.length)
    deepStrictEqual(before, expected)
    const middle = 10

    // Logs begin at the state after a restart: who lacks an entry then fetches a state, and its history begins with that.
    await atRest()
    await Promise.all(names.map((name) => cluster.kill(name)))
    await Promise.all(names.map((name) => cluster.start(name)))
    await cluster.get('bee').peer.agreed.barrier(20_000)
    const later = await write(cluster.get('cat'), put('later', '1'))
    expected.push(`ADDED later ${later}`)
    for (const name of names) {
      await cluster.get(name).peer.agreed.barrier(10_000)
      deepStrictEqual(await watch(cluster.get(name), start, expected.length), expected, name)
      const version = Number(expected[middle]?.split(' ')[2])
      deepStrictEqual(await watch(cluster.get(name), version, expected.length - middle - 1), expected.slice(middle + 1), name)
    }
  })
})

function callOf(query: string, signal: AbortSignal): Call {
  return {
    method: 'GET', path: '/api/v1/namespaces/default/configmaps', query: new URLSearchParams(query), user: { name: 'test', groups: [] }, userAgent: 'test', signal,
    body: { contentType: '', bytes: () => Promise.resolve(new Uint8Array()) },
  }
}
