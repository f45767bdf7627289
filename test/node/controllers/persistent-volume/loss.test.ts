// Peers that are gone with their volumes: who waits and what it is told, and when a volume is given up by itself.
import { equal, match } from 'node:assert/strict'
import { claimNotedOn, goneHome, planLoss, waitingMessage } from '../../../../node/controllers/persistent-volume/loss.ts'
import { makeClaim, makeClass, makeNode, makeUser, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

const volume = makeVolume('v', { nodeAffinity: onNode('n1'), claimRef: { namespace: 'default', name: 'data', uid: 'c1' } })
const recreate = makeClass({ metadata: { name: 'local-path', annotations: { 'shoal.dev/on-peer-loss': 'recreate' } } })
const claim = makeClaim({ volumeName: 'v' })

describe('controllers / persistent volume / loss', () => {
  it('a peer is gone when its Node says so or is no more', () => {
    equal(goneHome(volume, [makeNode('n1')]), undefined)
    equal(goneHome(volume, [makeNode('n1', { gone: true })]), 'n1')
    equal(goneHome(volume, []), 'n1')
    equal(goneHome(makeVolume('v'), []), undefined)
  })

  it('a volume is given up by itself only by its class, for a peer that is gone, without Pods that may be there', () => {
    const gone = [makeNode('n1', { gone: true })]
    equal(planLoss({ claim, storageClass: makeClass(), nodes: gone, users: [] }, volume), undefined)
    equal(planLoss({ claim, storageClass: recreate, nodes: [makeNode('n1')], users: [] }, volume), undefined)
    equal(planLoss({ claim, storageClass: recreate, nodes: gone, users: [makeUser('data', 'n1')] }, volume), undefined)
    equal(planLoss({ claim, storageClass: recreate, nodes: gone, users: [makeUser('data')] }, volume)?.step?.kind, 'remember')
  })

  it('claims that go with their Pod are not made anew', () => {
    const own = makeClaim({ volumeName: 'v' }, { annotations: { 'shoal.dev/abandon-volume': 'v' }, ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'p', controller: true }] })
    equal(planLoss({ claim: own, storageClass: undefined, nodes: [], users: [] }, volume)?.step?.kind, 'delete')
    equal(claimNotedOn(volume), undefined)
  })

  it('a Pod that waits is told for which peer, and both ways out', () => {
    const gone = [makeNode('n1', { gone: true })]
    const message = waitingMessage(makeUser('data'), [volume], gone) ?? ''
    match(message, /on the peer n1, which is gone/)
    match(message, /shoal volume abandon default\/data\./)
    match(message, /kubectl annotate storageclass local-path shoal\.dev\/on-peer-loss=recreate$/)
    equal(waitingMessage(makeUser('data'), [volume], [makeNode('n1')]), undefined)
    equal(waitingMessage(makeUser('data', 'n2'), [volume], gone), undefined)
    equal(waitingMessage({ ...makeUser('data'), status: { phase: 'Failed' } }, [volume], gone), undefined)
  })
})
