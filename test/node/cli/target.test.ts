// Which daemon a verb asks: a named one, one of a local cluster, or that of this machine.
import { deepEqual, rejects } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { daemonUnreachable, requestRefused } from '../../../node/cli/errors.ts'
import { machineLayout, yardLayout } from '../../../node/cli/machines/layout.ts'
import { askDaemon, sockets } from '../../../node/cli/target.ts'
import { alreadyMember } from '../../../node/daemon/errors.ts'
import { TestCommand } from '../../support/command.ts'

describe('cli / target', () => {
  let command: TestCommand
  beforeEach(() => { command = new TestCommand() })
  afterEach(() => command.end())

  it('takes the named data directory, and otherwise that of this machine', () => {
    deepEqual(sockets(command.context, { 'data-dir': '/data' }), ['/data/shoal.sock'])
    deepEqual(sockets(command.context, {}), ['/var/lib/shoal/shoal.sock'])
  })

  it('does not take a recycled process id for the yard', () => {
    const { context } = command
    mkdirSync(context.home)
    writeFileSync(yardLayout(context.home).config, JSON.stringify({ home: context.home, subnet: 4, peers: 2 }))
    writeFileSync(yardLayout(context.home).pidFile, String(process.pid))
    deepEqual(sockets(context, {}), ['/var/lib/shoal/shoal.sock'])
  })

  it('takes the machines of shoal up while its yard runs, or the one that is named', async () => {
    const { context } = command
    mkdirSync(context.home)
    writeFileSync(yardLayout(context.home).config, JSON.stringify({ home: context.home, subnet: 4, peers: 2 }))
    // The yard is known by a command line that names its home.
    const yard = spawn(process.execPath, ['-e', 'process.stdout.write("up"); process.stdin.resume()', context.home], { stdio: ['pipe', 'pipe', 'ignore'] })
    try {
      await once(yard.stdout, 'data')
      writeFileSync(yardLayout(context.home).pidFile, String(yard.pid))
      const all = [1, 2].map((number) => machineLayout(context.home, 4, number).socket)
      deepEqual(sockets(context, {}), all)
      deepEqual(sockets(context, { peer: '2' }), all.slice(1))
    } finally {
      yard.kill('SIGKILL')
    }
  })

  it('a refusal is an answer, silence is not', async () => {
    await command.serve({ 'GET /state': () => Promise.resolve({ state: 'member' }), 'POST /init': () => Promise.reject(alreadyMember.make({ name: 'a' })) })
    const flags = { 'data-dir': command.directory }
    deepEqual(await askDaemon(command.context, flags, { path: '/state' }), { state: 'member' })
    await rejects(askDaemon(command.context, flags, { method: 'POST', path: '/init' }), (error) => requestRefused.is(error) && error.message.includes('SHOAL_ALREADY_A_MEMBER'))
    await rejects(askDaemon(command.context, { 'data-dir': '/nowhere' }, { path: '/state' }), daemonUnreachable.is)
  })
})
