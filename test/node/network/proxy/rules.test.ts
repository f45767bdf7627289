// The rules as text: loaded by nft itself in a network namespace of their own, and changed by a few elements only.
import { equal, match, ok } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import type { Rule } from '../../../../node/network/proxy/model.ts'
import { change, chainsOf, elementsOf, slotsFor, wholeTable } from '../../../../node/network/proxy/rules.ts'

const rule = (address: string, port: number, backends: readonly string[], stickySeconds?: number): Rule => ({
  frontend: { address, protocol: 'tcp', port },
  backends: backends.map((b) => ({ address: b, port: 8080 })),
  stickySeconds,
})

const context = { podCidr: '10.244.1.0/24', clusterCidr: '10.244.0.0/16', outside: 'eth0' }

/** Loads scripts one after the other in a fresh network namespace and answers the last `nft list table`. */
function load(...scripts: readonly string[]): string {
  const parts = scripts.map((script, i) => `nft -f - <<'NFT${i}' || exit 1\n${script}\nNFT${i}\n`).join('')
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const result = spawnSync('unshare', [...user, '--net', 'sh', '-c', `${parts}nft list table ip shoal`], { encoding: 'utf8' })
  equal(result.stderr, '')
  return result.stdout
}

describe('network / proxy / rules', () => {
  it('nft takes the whole table, and one chain serves every Service with as many endpoints', () => {
    const elements = elementsOf([rule('10.96.0.80', 80, ['10.244.1.2', '10.244.2.2']), rule('10.96.0.81', 80, ['10.244.1.3', '10.244.2.3']), rule('node', 30080, ['10.244.1.2', '10.244.2.2'])])
    equal(chainsOf(elements).size, 2)
    const listed = load(wholeTable(context, elements))
    match(listed, /10\.96\.0\.80 \. tcp \. 80 : goto sr2/)
    match(listed, /10\.96\.0\.81 \. tcp \. 80 \. 0x00000001 : 10\.244\.2\.3 \. 8080/)
    match(listed, /tcp \. 30080 : goto nr2/)
  })
  it('a change touches its own elements and ends where a fresh load would', () => {
    const before = elementsOf([rule('10.96.0.80', 80, ['10.244.1.2', '10.244.2.2', '10.244.3.2']), rule('10.96.0.9', 53, [])])
    const after = elementsOf([rule('10.96.0.80', 80, ['10.244.1.2', '10.244.3.2']), rule('10.96.0.9', 53, ['10.244.1.9'], 600)])
    const script = change(before, after, chainsOf(before))
    ok(script.split('\n').filter((line) => line.includes(' element ')).length < 8, script)
    const sorted = (text: string): string => [...text.matchAll(/[\d.]+ \. tcp \. \d+[^,}]*/g)].map((m) => m[0].trim()).sort().join('\n')
    equal(sorted(load(wholeTable(context, before), script)), sorted(load(wholeTable(context, after))))
  })
  it('packets from fenced addresses are dropped, of tracked connections as well, and no longer than they are fenced', () => {
    const fenced = elementsOf([], ['10.244.2.7', '10.244.2.8'])
    match(load(wholeTable(context, fenced)), /elements = \{ 10\.244\.2\.7, 10\.244\.2\.8 \}[^]*type filter hook prerouting priority mangle; policy accept;\s+ip saddr @fenced drop/)
    ok(!load(wholeTable(context, fenced), change(fenced, elementsOf([]), chainsOf(fenced))).includes('10.244.2.7'))
  })
  it('no change, no command', () => {
    const elements = elementsOf([rule('10.96.0.80', 80, ['10.244.1.2'])])
    equal(change(elements, elements, chainsOf(elements)), '')
  })
  it('every slot has a backend, and up to 64 endpoints get one slot each', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (count) => {
        const slots = slotsFor(count)
        ok(slots <= 4096 && (count > 64 || slots === count) && (count > 4096 || slots >= count))
      }),
    )
  })
  it('only admitted clients reach a limited address, also when nobody is', () => {
    const open = rule('10.0.0.7', 80, ['10.244.1.2'])
    const before = elementsOf([{ ...open, sources: ['10.1.0.0-10.1.0.255', '10.2.0.1'] }])
    const listed = load(wholeTable(context, before))
    match(listed, /10\.0\.0\.7 \. tcp \. 80 \. 10\.1\.0\.0\/24/)
    match(listed, /10\.0\.0\.7 \. tcp \. 80 \. 10\.2\.0\.1/)
    const nobody = elementsOf([{ ...open, sources: [] }])
    match(load(wholeTable(context, before), change(before, nobody, chainsOf(before))), /set limited \{[^}]*elements = \{ 10\.0\.0\.7 \. tcp \. 80 \}[^]*set admitted \{\s+type[^\n]*\n\s+flags interval\s+\}/)
  })
  it('a Service without endpoints is refused instead of led nowhere', () => {
    match(load(wholeTable(context, elementsOf([rule('10.96.0.80', 80, []), rule('node', 30081, [])]))), /elements = \{ 10\.96\.0\.80 \. tcp \. 80 \}/)
  })
})
