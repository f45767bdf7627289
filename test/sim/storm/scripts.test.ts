// The scripts on the true protocol: each ends without a violation. That they catch the mistake that they are about is shown
// by the wrong variants of test/mutants.
import assert from 'node:assert/strict'
import { playScript, scripts } from '../../../sim/storm/scripts.ts'

describe('sim / scripts', () => {
  for (const script of scripts) {
    it(script.name, () => {
      const violation = playScript(script)
      assert.equal(violation, undefined, violation?.stack)
    })
  }
})
