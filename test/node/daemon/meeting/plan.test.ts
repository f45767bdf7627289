// The rule of a meeting place, case by case.
import { deepEqual } from 'node:assert/strict'
import { planMeeting, type MeetingStep, type OwnPeer } from '../../../../node/daemon/meeting/plan.ts'

describe('daemon / meeting / plan', () => {
  const cases: readonly (readonly [what: string, own: OwnPeer | undefined, invitedTo: string | undefined, step: MeetingStep])[] = [
    ['the first of all founds', undefined, undefined, { kind: 'found' }],
    ['an empty peer joins and never founds a second cluster', undefined, 'a', { kind: 'join' }],
    ['a member that comes back goes on', { cluster: 'a', unpublished: false }, 'a', { kind: 'resume', publish: false }],
    ['a founder that died after it published goes on', { cluster: 'a', unpublished: true }, 'a', { kind: 'resume', publish: false }],
    ['a founder that died before it published publishes', { cluster: 'a', unpublished: true }, undefined, { kind: 'resume', publish: true }],
    ['a member whose place was emptied publishes anew', { cluster: 'a', unpublished: false }, undefined, { kind: 'resume', publish: true }],
    ['a founder that died, and was overtaken, joins the other', { cluster: 'a', unpublished: true }, 'b', { kind: 'yield' }],
    ["another cluster's member keeps out", { cluster: 'a', unpublished: false }, 'b', { kind: 'refuse' }],
  ]
  for (const [what, own, invitedTo, step] of cases) it(what, () => deepEqual(planMeeting(own, invitedTo), step))
})
