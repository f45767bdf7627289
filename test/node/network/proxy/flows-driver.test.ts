// Real connections through real rules in a network namespace of their own: what becomes of them when their Pod is gone. The
// Pods are addresses of the loopback device.
import { deepEqual, equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { purgeArguments, targetsIn } from '../../../../node/network/proxy/flows-driver.ts'
import type { Purge } from '../../../../node/network/proxy/flows-plan.ts'
import type { Rule } from '../../../../node/network/proxy/model.ts'
import { change, chainsOf, elementsOf, wholeTable } from '../../../../node/network/proxy/rules.ts'

const context = { podCidr: '10.244.1.0/24', clusterCidr: '10.244.0.0/16', outside: 'eth0' }
const rule = (backends: readonly string[], stickySeconds?: number): Rule => ({
  frontend: { address: '10.96.0.80', protocol: 'tcp', port: 80 }, backends: backends.map((address) => ({ address, port: 8080 })), stickySeconds,
})
const load = (script: string): string => `nft -f - <<'NFT' || exit 1\n${script}\nNFT\n`

/** Runs a shell script in a fresh network namespace with the Pods' addresses; answers what it printed. */
function inNamespace(script: string): string {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const setUp = 'ip link set lo up; for n in 2 3 4; do ip addr add 10.244.1.$n/32 dev lo; done; ip route add 10.96.0.0/16 dev lo src 10.244.1.9 2> /dev/null || { ip addr add 10.244.1.9/32 dev lo; ip route add 10.96.0.0/16 dev lo src 10.244.1.9; }\n'
  const result = spawnSync('unshare', [...user, '--net', '--pid', '--fork', '--kill-child', 'bash', '-c', setUp + script], { encoding: 'utf8', timeout: 15_000 })
  equal(result.status, 0, result.stderr)
  return result.stdout
}

const pods = (...numbers: readonly number[]): string => `${numbers.map((n) => `socat TCP-LISTEN:8080,bind=10.244.1.${n},fork,reuseaddr SYSTEM:"echo ${n}; read line; echo again" &`).join('\n')}
until [ "$(ss -ltn | grep -c :8080)" = ${numbers.length} ]; do sleep 0.01; done\n`

describe('network / proxy / flows driver', function () {
  this.timeout(20_000)

  it('reads where connections lead out of a listing', () => {
    deepEqual(targetsIn(`tcp      6 119 TIME_WAIT src=10.244.1.9 dst=10.96.0.1 sport=51576 dport=80 src=10.244.1.2 dst=10.244.1.9 sport=8080 dport=51576 [ASSURED] mark=0 use=1
udp      17 29 src=10.244.1.9 dst=10.96.0.1 sport=43222 dport=53 [UNREPLIED] src=10.244.1.3 dst=10.244.1.9 sport=5353 dport=43222 mark=0 use=1
icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1 src=10.0.0.2 dst=10.0.0.1 type=0 code=0 id=1 mark=0 use=1
`), [{ protocol: 'tcp', address: '10.244.1.2', port: 8080 }, { protocol: 'udp', address: '10.244.1.3', port: 5353 }])
  })

  it('a connection to a Pod that is gone hangs without it, and is reset with it', () => {
    const [before, after] = [elementsOf([rule(['10.244.1.2'])]), elementsOf([rule(['10.244.1.3'])])]
    const purge = purgeArguments({ kind: 'target', target: { protocol: 'tcp', address: '10.244.1.2', port: 8080 } })
    const client = `exec 3<>/dev/tcp/10.96.0.80/80; read answer <&3; echo $answer`
    // The Pod's machine is gone: nothing answers at its address, not even a refusal.
    const vanish = `nft 'add table ip gone; add chain ip gone in { type filter hook input priority -200; }; add rule ip gone in ip daddr 10.244.1.2 drop; add rule ip gone in ip saddr 10.244.1.2 drop'`
    const ask = `echo more >&3; read -t 0.3 answer <&3; status=$?; if [ $status -gt 128 ]; then echo hangs; else echo ended; fi`
    const out = inNamespace(`${load(wholeTable(context, before))}${pods(2, 3)}${client}\n${vanish}\n${load(change(before, after, chainsOf(before)))}${ask}\nconntrack ${purge.join(' ')} > /dev/null 2>&1\n${ask}\n`)
    equal(out, '2\nhangs\nended\n')
  })

  it('lists, forgets by frontend, and takes nothing to forget for no failure', () => {
    const folder = mkdtempSync(join(tmpdir(), 'shoal-flows-'))
    const script = join(folder, 'main.ts')
    const source = new URL('../../../../node/', import.meta.url).pathname
    const waiting: readonly Purge[] = [
      { kind: 'frontend', frontend: { address: '10.96.0.80', protocol: 'tcp', port: 80 }, backend: { address: '10.244.1.3', port: 8080 } },
      { kind: 'frontend', frontend: { address: 'node', protocol: 'udp', port: 9 }, backend: undefined },
    ]
    writeFileSync(script, `import { FlowsDriver } from '${source}network/proxy/flows-driver.ts'
import { silentLogger } from '${source}base/logger.ts'
const driver = new FlowsDriver('10.244.0.0/16', { ...silentLogger, warn: (...words) => console.log('warning', ...words) })
console.log(JSON.stringify(await driver.targets()))
driver.purge(${JSON.stringify(waiting)})
await driver.idle()
console.log(JSON.stringify(await driver.targets()))
`)
    try {
      const out = inNamespace(`${load(wholeTable(context, elementsOf([rule(['10.244.1.3'])])))}${pods(3)}exec 3<>/dev/tcp/10.96.0.80/80; read answer <&3\nexec 4<>/dev/tcp/10.244.1.3/8080; read answer <&4\n${process.execPath} --disable-warning=ExperimentalWarning ${script}\n`)
      equal(out, '[{"protocol":"tcp","address":"10.244.1.3","port":8080}]\n[]\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('a client keeps its Pod while others come and go, and gets another when its own is gone', () => {
    const all = elementsOf([rule(['10.244.1.2', '10.244.1.3', '10.244.1.4'], 600)])
    const ask = 'for i in 1 2 3 4; do exec 3<>/dev/tcp/10.96.0.80/80; read answer <&3; exec 3>&-; echo $answer; done\n'
    const first = inNamespace(`${load(wholeTable(context, all))}${pods(2, 3, 4)}${ask}nft list map ip shoal affinity\n`)
    match(first, /timeout 10m expires/)
    const own = /^\d/.exec(first)?.[0] ?? ''
    deepEqual(first.split('\n').slice(0, 4), [own, own, own, own])
    const addresses = ['2', '3', '4'].map((n) => `10.244.1.${n}`)
    const stranger = addresses.find((each) => !each.endsWith(own))
    const other = elementsOf([rule(addresses.filter((each) => each !== stranger), 600)])
    const without = elementsOf([rule(addresses.filter((each) => !each.endsWith(own) && each !== stranger), 600)])
    const chains = new Set([...chainsOf(all), ...chainsOf(other)])
    const out = inNamespace(`${load(wholeTable(context, all))}${pods(2, 3, 4)}${ask}${load(change(all, other, chainsOf(all)))}${ask}${load(change(other, without, chains))}${ask}`).trim().split('\n')
    deepEqual(out.slice(0, 8), Array.from({ length: 8 }, () => own))
    const next = out[8]
    equal(next !== own && out.slice(8).every((each) => each === next) && out.length === 12, true, out.join(' '))
  })
})
