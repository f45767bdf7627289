// A machine's first process: golden text, and every argument reaches the daemon as it was given.
import { equal, ok } from 'node:assert/strict'
import { machineInit } from '../../../../node/cli/machines/machine-init.ts'
import { machineLayout, type YardConfig } from '../../../../node/cli/machines/layout.ts'
import { runCommand } from '../../../../node/platform/processes.ts'
import { matchesGolden } from '../../../support/golden.ts'

const config: YardConfig = {
  home: '/h', rootless: false, peers: 3, voters: 5, subnet: 0, apiPort: 1, id: 'abc123', node: '/n/node', main: '/s/main.ts', path: '/usr/bin:/bin', cniPlugins: '/usr/lib/cni', daemonArguments: [],
}
const machine = machineLayout('/h', 0, 1)

describe('cli / machines / machine init', () => {
  it('is this script', () => matchesGolden('cli/machines/init.sh', machineInit(config, machine, ['--name', 'peer-1'])))

  it('is a script that bash reads', async () => {
    const { status, stderr } = await runCommand('bash', ['-n'], { input: machineInit(config, machine, ["it's", 'a b', '$HOME']) })
    equal(status, 0, stderr)
  })

  it('quotes what a shell would read otherwise', async () => {
    const line = machineInit(config, machine, ["it's", 'a b', '$HOME']).split('\n').find((text) => text.startsWith('supervise daemon ')) ?? ''
    ok(line.endsWith(' &'))
    const { stdout } = await runCommand('bash', ['-c', line.replace('supervise daemon', "printf '%s\\n'").slice(0, -2)])
    equal(stdout, "/n/node\n/s/main.ts\ndaemon\nit's\na b\n$HOME\n")
  })
})
