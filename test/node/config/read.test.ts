// Options from flags and the environment: precedence, types, bounds, frozen values.
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import type { OptionSpec } from '../../../node/base/options.ts'
import { badOption, environmentName, readOptions } from '../../../node/config/read.ts'

const specs = {
  name: { name: 'name', type: 'string', default: 'none', help: 'A name.' },
  listen: { name: 'listen', type: 'list', default: ['/ip4/0.0.0.0/tcp/7447'], help: 'Addresses.' },
  rootless: { name: 'rootless', type: 'flag', default: false, help: 'A flag.' },
  apiPort: { name: 'api-port', type: 'integer', default: 6443, unit: 'port', least: 1, most: 65_535, help: 'A port.' },
} as const satisfies { readonly [key: string]: OptionSpec }

const read = (flags: { readonly [name: string]: string | boolean | undefined }, environment: { readonly [name: string]: string } = {}) => readOptions(specs, { flags, environment })

describe('config / read', () => {
  it('takes the default, over it the environment, over both the flag', () => {
    deepEqual(read({}), { name: 'none', listen: ['/ip4/0.0.0.0/tcp/7447'], rootless: false, apiPort: 6443 })
    equal(read({}, { SHOAL_API_PORT: '7000' }).apiPort, 7000)
    equal(read({ 'api-port': '8000' }, { SHOAL_API_PORT: '7000' }).apiPort, 8000)
    equal(environmentName(specs.apiPort), 'SHOAL_API_PORT')
  })

  it('reads lists and flags', () => {
    deepEqual(read({ listen: 'a,,b' }).listen, ['a', 'b'])
    for (const [text, value] of [['true', true], ['1', true], ['false', false], ['0', false], ['', false]] as const) equal(read({ rootless: text }).rootless, value)
    equal(read({ rootless: true }).rootless, true)
  })

  it('refuses what is out of bounds or no such value, with exit status 2', () => {
    for (const port of ['0', '65536', '1.5', 'x']) throws(() => read({ 'api-port': port }), (error) => badOption.is(error) && error.exitStatus === 2 && error.message.includes(`--api-port: "${port}"`))
    throws(() => read({ rootless: 'maybe' }), badOption.is)
  })

  it('freezes what it read', () => ok(Object.isFrozen(read({}))))
})
