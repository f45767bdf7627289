// Binary bodies: samples of the reference server decode to the JSON that it shows for the same object; damaged ones are
// refused and nothing else happens.
import { deepStrictEqual, ok, throws } from 'node:assert/strict'
import fc from 'fast-check'
import { decodeProtobuf, ProtobufError } from '../../../node/apiserver/protobuf.ts'
import { isObject } from '../../../node/objects/encoding.ts'
import type { Json, JsonObject } from '../../../node/objects/json.ts'
import { readRecordings } from '../../support/api-recordings.ts'

interface Sample { readonly id: string; readonly json: JsonObject; readonly protobuf: string }

const samples = readRecordings<Sample>('binary.jsonl')

/** Without what one form has and the other has not: managers, and creation times that are null. */
function comparable(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => comparable(item) ?? null)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([key, inner]) => key !== 'managedFields' && !(key === 'creationTimestamp' && inner === null))
  return Object.fromEntries(kept.map(([key, inner]) => [key, comparable(inner)]))
}

describe('apiserver / protobuf', () => {
  for (const sample of samples) {
    it(`reads ${sample.id}`, () => {
      deepStrictEqual(comparable(decodeProtobuf(Buffer.from(sample.protobuf, 'base64'))), comparable(sample.json))
    })
  }

  it('refuses what has no envelope', () => {
    throws(() => decodeProtobuf(Buffer.from('abcd')), ProtobufError)
    throws(() => decodeProtobuf(Buffer.from([0x6b, 0x38, 0x73, 0x00])), ProtobufError)
  })

  it('damaged bytes decode or are refused, and never do more', () => {
    const whole = Buffer.from(samples[0]?.protobuf ?? '', 'base64')
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, value, end) => {
      const damaged = Buffer.from(whole.subarray(0, end))
      if (at < damaged.length) damaged[at] = value
      try {
        decodeProtobuf(damaged)
      } catch (error) {
        ok(error instanceof ProtobufError, String(error))
      }
    }), { numRuns: 500 })
  })
})
