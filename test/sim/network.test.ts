// The network's faults one by one: order, loss, duplication, one-way cuts, clogs.
import assert from 'node:assert/strict'
import { Network } from '../../sim/network.ts'
import type { NetworkOptions } from '../../sim/network.ts'
import { World } from '../../sim/world.ts'

const perfect: NetworkOptions = { leastLatencyUs: 100, meanLatencyUs: 1000, loss: 0, duplication: 0, ordered: true }

function arrivals(options: NetworkOptions, prepare: (network: Network) => void = () => {}): { names: number[]; lastUs: number } {
  const world = new World(5, false)
  const network = new Network(world, 2, options)
  prepare(network)
  const names: number[] = []
  let lastUs = 0
  for (let i = 0; i < 200; i++) network.send(0, 1, () => { names.push(i); lastUs = world.nowUs })
  world.run(60_000_000)
  return { names, lastUs }
}

describe('sim / network', () => {
  const inOrder = Array.from({ length: 200 }, (_, i) => i)
  it('ordered paths keep the order, others do not', () => {
    assert.deepEqual(arrivals(perfect).names, inOrder)
    const mixed = arrivals({ ...perfect, ordered: false }).names
    assert.notDeepEqual(mixed, inOrder)
    assert.deepEqual([...mixed].sort((a, b) => a - b), inOrder)
  })
  it('loses and doubles at the given odds', () => {
    const lossy = arrivals({ ...perfect, loss: 0.5 }).names.length
    assert.ok(lossy > 60 && lossy < 140)
    const doubled = arrivals({ ...perfect, duplication: 0.5 }).names.length
    assert.ok(doubled > 260 && doubled < 340)
    const noisy = arrivals(perfect, (network) => network.noise({ loss: 0.5, duplication: 0, meanLatencyUs: 1000 })).names.length
    assert.ok(noisy > 60 && noisy < 140)
  })
  it('a cut stops one direction only, and cuts add up; a clog holds back and loses nothing', () => {
    assert.deepEqual(arrivals(perfect, (network) => network.block(0, 1)).names, [])
    assert.deepEqual(arrivals(perfect, (network) => network.block(1, 0)).names, inOrder)
    const twice = arrivals(perfect, (network) => {
      network.block(0, 1)
      network.block(0, 1)
      network.unblock(0, 1)
    })
    assert.deepEqual(twice.names, [], 'a path with two cuts is open when both have ended')
    const clogged = arrivals(perfect, (network) => network.clog(0, 1, 3_000_000))
    assert.deepEqual(clogged.names, inOrder)
    assert.ok(clogged.lastUs >= 3_000_000)
  })
})
