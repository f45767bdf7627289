// Names, addresses and paths of machines: those of one home never meet those of another, and sockets stay short.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { machineLayout, machineName, yardLayout } from '../../../../node/cli/machines/layout.ts'

describe('cli / machines / layout', () => {
  it('gives each machine a name, an address and a folder of its own', () => {
    const one = machineLayout('/h', 7, 1)
    const other = machineLayout('/h', 7, 12)
    equal(one.name, 'peer-1')
    equal(machineName(12), other.name)
    equal(other.address, '10.213.7.12')
    deepEqual([one.hardwareAddress, other.hardwareAddress], ['02:d5:00:00:07:01', '02:d5:00:00:07:0c'])
    for (const key of ['directory', 'lib', 'log', 'init', 'containerdConfig', 'born', 'wired', 'socket'] as const) ok(one[key] !== other[key] && one[key].startsWith('/h/m1'), key)
  })

  it('keeps everything below the home, and sockets within a unix address', () => {
    const home = '/var/opt/shoal'
    for (const path of Object.values(yardLayout(home))) ok(path === home || path.startsWith(`${home}/`), path)
    ok(machineLayout(home, 0, 50).socket.length < 108)
  })
})
