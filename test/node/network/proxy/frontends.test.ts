// Rules over time: the short way answers what comparing everything would, on random lists with and without frontends that
// several rules want.
import { deepEqual } from 'node:assert/strict'
import { seededRandom } from '../../../../protocol/base/random.ts'
import { Frontends } from '../../../../node/network/proxy/frontends.ts'
import type { Rule } from '../../../../node/network/proxy/model.ts'
import { changedRules, firstRules } from '../../../../node/network/proxy/rules.ts'

const rule = (port: number, ...hosts: readonly number[]): Rule => ({
  frontend: { address: '10.96.0.80', protocol: 'tcp', port }, backends: hosts.map((host) => ({ address: `10.244.1.${host}`, port: 8080 })), stickySeconds: undefined,
})
const sorted = (rules: readonly Rule[]): readonly Rule[] => [...rules].sort((a, b) => a.frontend.port - b.frontend.port)

describe('network / proxy / frontends', () => {
  it('tells of a changed rule only, and of the one behind it when the first for a frontend goes', () => {
    const [one, two, other, behind] = [rule(1, 1), rule(2, 1), rule(1, 2), rule(1, 3)]
    const frontends = new Frontends([one, two])
    deepEqual(frontends.replace([one, two]), { gone: [], come: [] })
    deepEqual(frontends.replace([other, two]), { gone: [one], come: [other] })
    deepEqual(frontends.replace([other, two, behind]), { gone: [], come: [] })
    deepEqual(frontends.replace([two, behind]), { gone: [other], come: [behind] })
    deepEqual(frontends.replace([]).come, [])
  })

  for (const [what, ports] of [['few', 40], ['many', 12]] as const) {
    it(`is what a comparison of everything says, with ${what} rules for one frontend`, () => {
      const random = seededRandom(11)
      let rules: readonly Rule[] = Array.from({ length: 8 }, () => rule(random.integer(ports), random.integer(9)))
      const frontends = new Frontends(rules)
      for (let turn = 0; turn < 400; turn++) {
        const before = firstRules(rules)
        rules = rules.flatMap((old) => (random.integer(6) === 0 ? (random.integer(3) === 0 ? [] : [rule(random.integer(2) === 0 ? old.frontend.port : random.integer(ports), turn % 250)]) : [old]))
        while (rules.length < 8) rules = [...rules, rule(random.integer(ports), turn % 250)]
        const after = firstRules(rules)
        const { gone, come } = frontends.replace(rules)
        deepEqual(sorted(gone), sorted(changedRules(before, after)))
        deepEqual(sorted(come), sorted(changedRules(after, before)))
      }
    })
  }
})
