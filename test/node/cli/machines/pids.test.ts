// Process ids of machines, from a tree of processes that look like a yard: a shell that runs a machine's script, and below it
// a daemon.
import { deepEqual, equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { yardLayout } from '../../../../node/cli/machines/layout.ts'
import { isDaemon, machinePids } from '../../../../node/cli/machines/pids.ts'

describe('cli / machines / pids', () => {
  it('finds the first process and the daemon of each machine', async () => {
    const home = mkdtempSync(join(tmpdir(), 'shoal-pids-'))
    equal((await machinePids(home)).size, 0)
    mkdirSync(join(home, 'm3'))
    writeFileSync(join(home, 'main.ts'), "process.stdout.write(`${process.pid}\\n`); process.stdin.resume()")
    writeFileSync(join(home, 'm3/init.sh'), `'${process.execPath}' --no-warnings '${home}/main.ts' daemon --name peer-3\n:\n`)
    const yard = spawn('bash', ['-c', `bash '${home}/m3/init.sh'; :`, home], { stdio: ['pipe', 'pipe', 'ignore'] })
    try {
      const daemon = Number(String((await once(yard.stdout, 'data'))[0]).trim())
      writeFileSync(yardLayout(home).pidFile, String(yard.pid))
      const found = await machinePids(home)
      deepEqual([...found.keys()], ['peer-3'])
      equal(found.get('peer-3')?.pid, daemon)
      process.kill(daemon, 0)
      deepEqual([daemon, process.pid, 1].map(isDaemon), [true, false, false])
      process.kill(daemon, 'SIGKILL')
    } finally {
      yard.stdin.end()
      yard.kill('SIGKILL')
      rmSync(home, { recursive: true })
    }
  })
})
