// The world: events in order of time, equal seeds give equal runs. The protocol here is an echo; the real one comes in seeds.test.ts.
import assert from 'node:assert/strict'
import { Network } from '../../sim/network.ts'
import { World } from '../../sim/world.ts'

/** Peers that answer every call with another one, over a network with every fault. */
function echo(seed: number): { hash: string; events: number; heard: number } {
  const world = new World(seed, false)
  const network = new Network(world, 4, { leastLatencyUs: 50, meanLatencyUs: 900, loss: 0.05, duplication: 0.06, ordered: false })
  let heard = 0
  const call = (from: number, to: number, word: number): void => network.send(from, to, () => {
    heard++
    world.trace.mix(word)
    call(to, world.random.integer(4), word + 1)
  })
  for (let peer = 0; peer < 4; peer++) for (let word = 0; word < 20; word++) call(peer, (peer + 1) % 4, word)
  network.block(0, 1)
  network.clog(2, 3, 5000)
  world.after(200_000, () => network.heal())
  world.run(1_000_000)
  return { hash: world.trace.hash(), events: world.events, heard }
}

describe('sim / world', () => {
  it('runs events by time, and by planning at the same time', () => {
    const world = new World(1, false)
    const seen: number[] = []
    for (const [delayUs, name] of [[30, 3], [10, 1], [20, 2], [10, 11]] as const) world.after(delayUs, () => seen.push(name))
    world.run(25)
    assert.deepEqual(seen, [1, 11, 2])
    assert.equal(world.nowUs, 25)
    assert.equal(world.run(1000, () => true), true)
    assert.deepEqual(seen, [1, 11, 2, 3])
  })
  it('keeps thousands of events in order', () => {
    const world = new World(3, false)
    let lastUs = 0
    for (let i = 0; i < 5000; i++) world.after(world.random.integer(10_000), () => { assert.ok(world.nowUs >= lastUs); lastUs = world.nowUs })
    world.run(10_000)
    assert.equal(world.events, 5000)
  })
  it('same seed, same hash; another seed, another hash', () => {
    assert.deepEqual(echo(7), echo(7))
    assert.notEqual(echo(7).hash, echo(8).hash)
    assert.ok(echo(7).heard > 100)
  })
})
