// What the kubelet reads of this machine; every Linux has these.
import { equal, ok } from 'node:assert/strict'
import { architectureName, readMachine, readUse } from '../../../node/kubelet/machine.ts'

describe('kubelet / machine', () => {
  it('has processors, memory and a kernel', async () => {
    const machine = await readMachine()
    ok(machine.processors > 0 && machine.memoryBytes > 0 && machine.kernel !== '' && machine.bootId !== '')
  })
  it('uses less than it has', async () => {
    const use = await readUse('/')
    ok(use.diskAvailableBytes <= use.diskBytes && use.memoryAvailableBytes > 0)
    ok(use.processes > 0 && use.processes < use.processesMost)
  })
  it('names architectures as images do', () => {
    equal(architectureName('x64'), 'amd64')
    equal(architectureName('arm64'), 'arm64')
  })
})
