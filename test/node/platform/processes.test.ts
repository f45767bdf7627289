// Programs run to their end: what they say, how they end, and what happens to those that do not start or do not end.
import { deepEqual, equal, match } from 'node:assert/strict'
import { realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { runCommand } from '../../../node/platform/processes.ts'

describe('platform / processes', () => {
  it('answers status and both outputs', async () => {
    deepEqual(await runCommand('sh', ['-c', 'echo out; echo err >&2; exit 3']), { status: 3, stdout: 'out\n', stderr: 'err\n' })
  })

  it('gives input, environment and folder', async () => {
    const { stdout } = await runCommand('sh', ['-c', 'cat; echo $WORD; pwd'], { input: 'given ', env: { PATH: '/usr/bin:/bin', WORD: 'shoal' }, cwd: tmpdir() })
    equal(stdout, `given shoal\n${realpathSync(tmpdir())}\n`)
  })

  it('takes arguments as they are, never as a shell line', async () => {
    equal((await runCommand('printf', ['%s|', 'a b', '$HOME; ls'])).stdout, 'a b|$HOME; ls|')
  })

  it('does not fail when the program reads nothing of a large input', async () => {
    equal((await runCommand('true', [], { input: 'x'.repeat(1 << 20) })).status, 0)
  })

  it('answers 127 when it cannot be started, 128 and the signal when it was killed or took too long', async () => {
    const none = await runCommand('/no/such/program', [])
    equal(none.status, 127)
    match(none.stderr, /ENOENT/)
    equal((await runCommand('sh', ['-c', 'kill -KILL $$'])).status, 137)
    equal((await runCommand('sleep', ['60'], { timeoutMs: 20 })).status, 137)
  })
})
