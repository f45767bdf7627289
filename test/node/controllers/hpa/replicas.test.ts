// What one resource metric proposes: the cases that the reference documents, by table.
import { deepEqual, equal } from 'node:assert/strict'
import { proposeReplicas } from '../../../../node/controllers/hpa/replicas.ts'
import type { MetricInput, PodUse, Target } from '../../../../node/controllers/hpa/replicas.ts'
import type { Pod } from '../../../../node/objects/generated/core-v1.ts'

const nowMs = Date.UTC(2026, 0, 1)
const ago = (ms: number): string => new Date(nowMs - ms).toISOString()

interface Given {
  readonly millis?: number
  readonly phase?: string
  readonly ready?: boolean
  /** Since when it runs, and since when it is as ready as it is. */
  readonly startedMs?: number
  readonly changedMs?: number
  readonly request?: string
  readonly deleted?: boolean
}

const pod = (name: string, given: Given): Pod => ({
  metadata: { name, namespace: 'default', ...(given.deleted === true ? { deletionTimestamp: ago(0) } : {}) },
  spec: { containers: [{ name: 'web', resources: given.request === '' ? {} : { requests: { cpu: given.request ?? '100m' } } }] },
  status: {
    phase: given.phase ?? 'Running', startTime: ago(given.startedMs ?? 3_600_000),
    conditions: [{ type: 'Ready', status: given.ready === false ? 'False' : 'True', lastTransitionTime: ago(given.changedMs ?? 3_500_000) }],
  },
})

function propose(pods: readonly Given[], target: Target, resource = 'cpu'): ReturnType<typeof proposeReplicas> {
  const uses = new Map<string, PodUse>()
  for (const [at, { millis }] of pods.entries()) if (millis !== undefined) uses.set(`p${at}`, { millis, atMs: nowMs - 1_000, windowMs: 5_000 })
  const input: MetricInput = { resource, container: '', target, currentReplicas: pods.length, pods: pods.map((each, at) => pod(`p${at}`, each)), uses, nowMs }
  return proposeReplicas(input)
}

const percent = (value: number): Target => ({ kind: 'utilization', percent: value })
const average = (millis: number): Target => ({ kind: 'average', millis })
const young = { ready: false, startedMs: 20_000, changedMs: 20_000 }

describe('controllers / hpa / replicas', () => {
  const cases: readonly (readonly [string, readonly Given[], Target, number])[] = [
    ['twice the target doubles', [{ millis: 100 }, { millis: 100 }], percent(50), 4],
    ['a quarter of the target shrinks', [{ millis: 20 }, { millis: 20 }, { millis: 20 }, { millis: 20 }], percent(80), 1],
    ['within the tolerance nothing changes', [{ millis: 55 }, { millis: 54 }], percent(50), 2],
    ['just outside it does', [{ millis: 57 }, { millis: 57 }], percent(50), 3],
    ['an average value is compared as it is', [{ millis: 300 }, { millis: 500 }], average(200), 4],
    ['a Pod that is not ready yet counts as idle when growing', [{ millis: 100 }, { millis: 100 }, { millis: 100, ...young }], percent(50), 4],
    ['and is left out when shrinking', [{ millis: 20 }, { millis: 20 }, { millis: 90, ...young }], percent(80), 1],
    ['a missing one counts as idle when growing', [{ millis: 100 }, {}], percent(50), 2],
    ['and as busy when shrinking', [{ millis: 10 }, { millis: 10 }, {}], percent(60), 2],
    ['and never turns the direction', [{ millis: 45 }, {}], percent(50), 2],
    ['a failed or ending Pod does not count', [{ millis: 100 }, { millis: 1, phase: 'Failed' }, { millis: 1, deleted: true }], percent(50), 2],
    ['a pending one counts as not ready', [{ millis: 100 }, { phase: 'Pending' }], percent(50), 2],
  ]
  for (const [title, pods, target, expected] of cases) {
    it(title, () => {
      const proposal = propose(pods, target)
      equal(proposal.ok && proposal.replicas, expected)
    })
  }

  it('says what is used, as a percentage and as an average', () => {
    deepEqual(propose([{ millis: 30 }, { millis: 50 }], percent(50)), { ok: true, replicas: 2, averageMillis: 40, percent: 40 })
    deepEqual(propose([{ millis: 30 }, { millis: 50 }], average(10)), { ok: true, replicas: 8, averageMillis: 40, percent: undefined })
  })

  it('counts a measure during the start only when it was taken after the Pod was ready', () => {
    const settled = { millis: 100, startedMs: 60_000, changedMs: 30_000 }
    const fresh = { millis: 100, startedMs: 60_000, changedMs: 3_000 }
    const [one, two] = [propose([settled, settled], percent(50)), propose([settled, fresh], percent(50))]
    deepEqual([one.ok && one.replicas, two.ok && two.replicas], [4, 2])
    const memory = propose([settled, fresh], percent(50), 'cpu')
    equal(memory.ok && memory.percent, 100)
  })

  it('names what is wrong, as the reference words it', () => {
    const messages = [propose([], percent(50)), propose([{}], percent(50)), propose([{ millis: 1, request: '' }], percent(50))].map((one) => (one.ok ? '' : one.message))
    deepEqual(messages, [
      'no pods returned by selector while calculating replica count',
      'did not receive metrics for targeted pods (pods might be unready)',
      'missing request for cpu in container web of Pod p0',
    ])
    equal(propose([{ millis: 1, request: '' }], average(1)).ok, true)
  })
})
