// Golden conversations: what three peers say to each other, message by message, is what the golden files hold. A change in
// them is a change of the protocol's behaviour and is to be read, not waved through.
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { conversations } from './conversations.ts'

describe('protocol / consensus / conversations', () => {
  for (const [name, tell] of Object.entries(conversations)) {
    it(name, () => {
      const golden = readFileSync(new URL(`../../golden/consensus/${name}.txt`, import.meta.url), 'utf8')
      assert.equal(`${tell().join('\n')}\n`, golden)
    })
  }
})
