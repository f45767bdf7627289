// Golden conversations: what three peers say to each other, message by message, is what the golden files hold. A change in
// them is a change of the protocol's behaviour and is to be read, not waved through.
import { matchesGolden } from '../../support/golden.ts'
import { conversations } from './conversations.ts'

describe('protocol / consensus / conversations', () => {
  for (const [name, tell] of Object.entries(conversations)) {
    it(name, () => matchesGolden(`consensus/${name}.txt`, `${tell().join('\n')}\n`))
  }
})
