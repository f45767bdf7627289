// Fenced Pods as an annotation of their Node: read, added to, and what cannot be read left out.
import { deepEqual, equal } from 'node:assert/strict'
import { fencedPods, fencedPodsAnnotation, fenceMore, fenceText } from '../../../../node/objects/pods/fence.ts'
import type { Node, Pod } from '../../../../node/objects/generated/core-v1.ts'

const node = (text: string | undefined): Node => ({ metadata: text === undefined ? {} : { annotations: { [fencedPodsAnnotation]: text } } })
const pod = (uid: string, podIP: string | undefined, hostNetwork = false): Pod => ({ metadata: { uid }, spec: { containers: [], hostNetwork }, status: podIP === undefined ? {} : { podIP } })

describe('objects / pods / fence', () => {
  it('is read as it was written', () => {
    const pods = [{ uid: 'a', address: '10.244.1.2' }, { uid: 'b', address: '10.244.1.3' }]
    deepEqual(fencedPods(node(fenceText(pods) ?? '')), pods)
    equal(fenceText([]), null)
    deepEqual(fencedPods(node(undefined)), [])
    deepEqual(fencedPods(node('a=10.244.1.2,b,=10.1.1.1,c=0/0,d=evil }')), [{ uid: 'a', address: '10.244.1.2' }])
  })
  it('grows by Pods that have an address of their own, each once', () => {
    const before = node('a=10.244.1.2')
    deepEqual(fenceMore(before, [pod('a', '10.244.1.2'), pod('b', '10.244.1.3'), pod('c', undefined), pod('d', '192.168.0.1', true)]), [{ uid: 'a', address: '10.244.1.2' }, { uid: 'b', address: '10.244.1.3' }])
    equal(fenceMore(before, [pod('a', '10.244.1.2'), pod('c', undefined)]), undefined)
  })
})
