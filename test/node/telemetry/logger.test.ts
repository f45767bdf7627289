// The daemon's log as another program reads it: a JSON line an event on standard output, nothing below the level.
import { deepEqual, equal, match } from 'node:assert/strict'
import { join } from 'node:path'
import { runCommand } from '../../../node/platform/processes.ts'

const file = join(import.meta.dirname, '../../../node/telemetry/logger.ts')

async function linesOf(level: string, body: string): Promise<readonly { readonly [field: string]: unknown }[]> {
  const script = `import { createLogger } from ${JSON.stringify(file)}; const logger = createLogger('${level}'); ${body}`
  const { status, stdout, stderr } = await runCommand(process.execPath, ['--input-type=module', '-e', script])
  equal(status, 0, stderr)
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))
}

describe('telemetry / logger', () => {
  it('writes message, zone and fields, and an error with its causes', async () => {
    const [line] = await linesOf('info', "logger.child('store', { peer: 'a' }).error('disk', { error: new TypeError('no space', { cause: new RangeError('full') }) })")
    equal(line?.['msg'], 'disk')
    equal(line?.['zone'], 'store')
    equal(line?.['peer'], 'a')
    match(String(line?.['time']), /^\d{4}-\d\d-\d\dT.*Z$/)
    match(JSON.stringify(line?.['error']), /no space.*full/)
  })

  it('keeps quiet below its level', async () => {
    const body = "for (const level of ['debug', 'info', 'warn', 'error']) logger[level](level)"
    deepEqual((await linesOf('warn', body)).map((line) => line['msg']), ['warn', 'error'])
    deepEqual(await linesOf('silent', body), [])
  })
})
