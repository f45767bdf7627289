// Which volume fulfils which claim, and from where it is reached.
import { deepEqual, equal } from 'node:assert/strict'
import { allowsTopology, bestVolume, homeOf, isBound, isDelayed, isMeantFor, mismatch, reaches } from '../../../../node/objects/volumes/matching.ts'
import { makeClaim, makeClass, makeNode, makeVolume, onNode } from '../../../support/volume-fixtures.ts'

describe('objects / volumes / matching', () => {
  it('says what does not fit, in the words of the reference', () => {
    const claim = makeClaim({ accessModes: ['ReadWriteOnce'] })
    deepEqual([
      mismatch(makeVolume('v'), claim), mismatch(makeVolume('v', { capacity: { storage: '1023Mi' } }), claim), mismatch(makeVolume('v', { storageClassName: 'other' }), claim),
      mismatch(makeVolume('v', { volumeMode: 'Block' }), claim), mismatch(makeVolume('v', { accessModes: ['ReadOnlyMany'] }), claim),
    ], [undefined, 'requested PV is too small', 'storageClassName does not match', 'incompatible volumeMode', 'incompatible accessMode'])
  })

  it('prefers the volume that is meant for the claim, then the smallest, then the first by name', () => {
    const claim = makeClaim()
    const sized = (name: string, storage: string): ReturnType<typeof makeVolume> => makeVolume(name, { capacity: { storage } })
    const meant = makeVolume('z', { capacity: { storage: '9Gi' }, claimRef: { namespace: 'default', name: 'data' } }, {}, { phase: 'Pending' })
    equal(bestVolume(claim, [sized('c', '3Gi'), sized('b', '2Gi'), sized('a', '2Gi'), sized('0', '1Mi')])?.metadata.name, 'a')
    equal(bestVolume(claim, [sized('a', '2Gi'), meant])?.metadata.name, 'z')
    equal(bestVolume(claim, [sized('a', '2Gi')], { onlyMeant: true }), undefined)
    equal(bestVolume(claim, [sized('a', '2Gi')], { taken: new Set(['a']) }), undefined)
  })

  it('passes over volumes that are deleted, released, elsewhere, or not chosen by the selector', () => {
    const claim = makeClaim({ selector: { matchLabels: { disk: 'fast' } } })
    const labelled = (name: string, more: object = {}): ReturnType<typeof makeVolume> => makeVolume(name, {}, { labels: { disk: 'fast' }, ...more })
    equal(bestVolume(claim, [makeVolume('a')]), undefined)
    equal(bestVolume(claim, [labelled('a', { deletionTimestamp: '2026-01-01T00:00:00Z' })]), undefined)
    equal(bestVolume(claim, [makeVolume('a', {}, { labels: { disk: 'fast' } }, { phase: 'Released' })]), undefined)
    equal(bestVolume(claim, [makeVolume('a', { nodeAffinity: onNode('n1') }, { labels: { disk: 'fast' } })], { node: makeNode('n2') }), undefined)
    equal(bestVolume(claim, [labelled('a')], { node: makeNode('n2') })?.metadata.name, 'a')
  })

  it('a volume that names another claim of the name is not meant', () => {
    const named = (uid: string | undefined): boolean => isMeantFor(makeVolume('v', { claimRef: { namespace: 'default', name: 'data', uid } }), makeClaim())
    deepEqual([named(undefined), named(''), named('c1'), named('other'), isMeantFor(makeVolume('v'), makeClaim())], [true, true, true, false, false])
  })

  it('knows where a volume is, and where a class allows one', () => {
    const local = makeVolume('v', { nodeAffinity: onNode('n1') })
    deepEqual([homeOf(local), homeOf(makeVolume('v')), reaches(local, makeNode('n1')), reaches(local, makeNode('n2')), reaches(makeVolume('v'), makeNode('n2'))], ['n1', undefined, true, false, true])
    const limited = makeClass({ allowedTopologies: [{ matchLabelExpressions: [{ key: 'kubernetes.io/hostname', values: ['n1'] }] }] })
    deepEqual([allowsTopology(limited, makeNode('n1')), allowsTopology(limited, makeNode('n2')), allowsTopology(makeClass(), makeNode('n2'))], [true, false, true])
    deepEqual([isDelayed(makeClass()), isDelayed(makeClass({ volumeBindingMode: 'Immediate' })), isDelayed(undefined)], [true, false, false])
    deepEqual([isBound(makeClaim({ volumeName: 'v' })), isBound(makeClaim({ volumeName: 'v' }, { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }))], [false, true])
  })
})
