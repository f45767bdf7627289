// What disks do to whole peers: logs that are gone or damaged, states that are gone, everything gone but the identity.
// The others make good what they can, nothing that was acknowledged is lost, and who has forgotten a vote does not vote
// before it has caught up. Torn tails and failing syncs are held where the log is (test/node/store/log).
import { strict as assert } from 'node:assert'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../../node/base/logger.ts'
import { silentLogger } from '../../../node/base/logger.ts'
import type { Transaction } from '../../../protocol/message/transaction.ts'
import { eventually, TestCluster } from '../../support/peers.ts'

const put = (name: string): Transaction => ({
  conditions: [], writes: [{ kind: 'put', key: `/registry/core/configmaps/default/${name}`, value: Buffer.from('{"metadata":{}}'), terminating: false }],
})

describe('peer / disk faults', function () {
  this.timeout(120_000)
  const errors: string[] = []
  const logger: Logger = { ...silentLogger, child: () => logger, error: (message, fields) => { errors.push(`${message} ${JSON.stringify(fields)}`) } }
  const cluster = new TestCluster({ logger })
  const names = ['ant', 'bee', 'cat', 'dog', 'eel']
  const acknowledged: string[] = []
  const write = async (through: string, name: string): Promise<void> => {
    const result = await cluster.get(through).peer.agreed.commit(put(name), 10_000)
    assert.equal(result.kind, 'applied')
    acknowledged.push(name)
  }
  const mayVote = (name: string): boolean | undefined => cluster.get(name).peer.status()?.mayVote
  const equal = (): boolean => new Set([...cluster.peers.values()].map(({ store }) => `${store.appliedIndex()} ${store.hash()}`)).size === 1

  before(async () => {
    await cluster.init('ant')
    for (const name of names.slice(1)) await cluster.join(name, 'ant')
    await eventually('five voters', () => cluster.get('ant').peer.status()?.configuration.voters.length === 5, 20_000)
    for (let at = 0; at < 50; at++) await write(names[at % names.length] ?? '', `before-${at}`)
  })
  after(() => cluster.end())

  it('a log with a flipped bit, and everything lost but the identity: both are told, do not vote, and get all from the others (P1, P6)', async () => {
    const led = (await cluster.leader()).name
    const [flipped = '', wiped = ''] = names.filter((name) => name !== led)
    await cluster.kill(flipped)
    await cluster.kill(wiped)
    flipInLog(cluster.directory(flipped).log)
    const { log, state, counter } = cluster.directory(wiped)
    for (const path of [log, state]) rmSync(path, { recursive: true })
    rmSync(counter, { force: true })
    await write(led, 'meanwhile')
    for (const name of [flipped, wiped]) {
      await cluster.start(name)
      await eventually('it is heard', () => mayVote(name) !== undefined, 20_000)
      assert.equal(mayVote(name), false, name)
    }
    assert.ok(errors.some((error) => error.includes('damaged at')) && errors.some((error) => error.includes('is empty, and this peer had a log')), errors.join('\n'))
    await eventually('equal states', equal, 40_000)
    // Its numbers were lost too: a repeated one would be answered with an old result and never be applied.
    for (let at = 0; at < 20; at++) await write(wiped, `after-${at}`)
    for (const name of acknowledged) assert.ok(cluster.get(wiped).store.get(`/registry/core/configmaps/default/${name}`) !== undefined, name)
    await eventually('both vote again', () => mayVote(flipped) === true && mayVote(wiped) === true, 60_000)
  })

  it('a state that is gone comes back from the log, a log that is gone is no loss to the state', async () => {
    const led = (await cluster.leader()).name
    const [stateless = '', logless = ''] = names.filter((name) => name !== led)
    await cluster.kill(stateless)
    await cluster.kill(logless)
    rmSync(cluster.directory(stateless).state, { recursive: true })
    rmSync(cluster.directory(logless).log, { recursive: true })
    await cluster.start(stateless)
    await cluster.start(logless)
    await eventually('both are heard', () => mayVote(stateless) !== undefined && mayVote(logless) !== undefined, 20_000)
    assert.deepEqual([mayVote(stateless), mayVote(logless)], [true, false])
    await write(stateless, 'through-the-stateless')
    await write(logless, 'through-the-logless')
    await eventually('equal states', equal, 40_000)
    for (const name of acknowledged) for (const { store } of cluster.peers.values()) assert.ok(store.get(`/registry/core/configmaps/default/${name}`) !== undefined, name)
  })
})

/** Flips a bit in the first quarter of what the oldest segment holds. */
function flipInLog(directory: string): void {
  const [oldest = ''] = readdirSync(directory).filter((name) => name.endsWith('.segment')).sort()
  const bytes = readFileSync(join(directory, oldest))
  const at = Math.floor(bytes.findLastIndex((byte) => byte !== 0) / 4)
  bytes[at] = (bytes[at] ?? 0) ^ 4
  writeFileSync(join(directory, oldest), bytes)
}
