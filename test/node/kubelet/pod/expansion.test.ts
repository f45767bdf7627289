// $(NAME): Kubernetes documentation, Define Dependent Environment Variables.
import { equal } from 'node:assert/strict'
import { expand } from '../../../../node/kubelet/pod/expansion.ts'

describe('kubelet / pod / expansion', () => {
  const values = new Map([['A', 'one'], ['B', '$(A)']])
  const cases: readonly (readonly [string, string])[] = [
    ['plain', 'plain'], ['$(A)', 'one'], ['x$(A)$(A)y', 'xoneoney'], ['$(UNKNOWN)', '$(UNKNOWN)'], ['$$(A)', '$(A)'], ['$$$(A)', '$one'], ['$A $(A', '$A $(A'], ['$(B)', '$(A)'],
  ]
  for (const [text, expected] of cases) it(`${text} -> ${expected}`, () => equal(expand(text, (name) => values.get(name)), expected))
})
