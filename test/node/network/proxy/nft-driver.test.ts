// The driver with a real nft in a network namespace of its own: what is in force after changes, after a change that the kernel
// refuses, after the nft that listens was killed, and after more changes than one of them is told.
import { deepEqual, equal } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const driverFile = join(import.meta.dirname, '../../../../node/network/proxy/nft-driver.ts')

const prelude = `
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { NftDriver } from ${JSON.stringify(driverFile)}
const warnings = []
const logger = { warn: (text) => warnings.push(text), info: (text) => warnings.push(text) }
const driver = new NftDriver({ podCidr: '10.244.1.0/24', clusterCidr: '10.244.0.0/16', outside: 'lo' }, logger)
const nft = (...args) => execFileSync('nft', args, { encoding: 'utf8' })
const backends = () => [...nft('list', 'map', 'ip', 'shoal', 'endpoints').matchAll(/: (10\\S+)/g)].map((found) => found[1]).sort()
const apply = (...addresses) => driver.apply([{ frontend: { address: '10.96.0.80', protocol: 'tcp', port: 80 }, backends: addresses.map((address) => ({ address, port: 8080 })), stickySeconds: undefined }])
const listeners = () => readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim().split(' ').filter((pid) => pid !== '' && readFileSync('/proc/' + pid + '/cmdline', 'utf8').startsWith('nft'))
const answers = []
`

/** What the script prints, as JSON, after it ran in a network namespace of its own. */
function inNamespace(script: string): unknown {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const text = `${prelude}${script}\ndriver.close()\nprocess.stdout.write(JSON.stringify({ answers, warnings }))`
  const { stdout, stderr, status } = spawnSync('unshare', [...user, '--net', process.execPath, '--input-type=module', '-e', text], { encoding: 'utf8' })
  equal(status, 0, stderr)
  return JSON.parse(stdout)
}

describe('network / proxy / nft driver', () => {
  it('has exactly the elements in force, by one nft that listens', () => {
    deepEqual(inNamespace(`
      await apply('10.244.1.2', '10.244.2.2')
      const first = listeners()
      await apply('10.244.1.2')
      answers.push(backends())
      await apply('10.244.1.2', '10.244.3.2', '10.244.3.3')
      answers.push(backends(), first.length, listeners().join() === first.join())
    `), { answers: [['10.244.1.2'], ['10.244.1.2', '10.244.3.2', '10.244.3.3'], 1, true], warnings: [] })
  })

  it('loads everything again when the kernel refuses a change, and when the nft that listens is gone', () => {
    const again = 'a change of the rules was refused; loading all of them'
    deepEqual(inNamespace(`
      await apply('10.244.1.2')
      nft('flush', 'map', 'ip', 'shoal', 'endpoints')
      await apply('10.244.2.2')
      answers.push(backends())
      for (const pid of listeners()) process.kill(Number(pid), 'SIGKILL')
      await apply('10.244.3.2')
      answers.push(backends())
      await apply('10.244.4.2')
      answers.push(backends(), listeners().length)
    `), { answers: [['10.244.2.2'], ['10.244.3.2'], ['10.244.4.2'], 1], warnings: [again, again] })
  })

  it('takes another nft after a thousand changes', () => {
    deepEqual(inNamespace(`
      await apply('10.244.1.1')
      const first = listeners()
      for (let i = 2; i < 1_010; i++) await apply('10.244.1.' + (i % 200 + 1))
      answers.push(backends(), listeners().length, listeners().includes(first[0]))
    `), { answers: [['10.244.1.10'], 1, false], warnings: [] })
  }).timeout(20_000)
})
