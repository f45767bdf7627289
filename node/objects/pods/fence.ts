// Pods that were replaced while their node could not be reached, as an annotation of the Node: identity and address. A machine
// that stood still may go on with them for a moment before it learns of that; until it has said that they are gone, no peer
// takes packets from their addresses. It is agreed like any object, so a peer that is cut off fences nobody. Pure.
import type { Node, Pod } from '../generated/core-v1.ts'

/** The Node's annotation: `uid=address`, separated by commas. */
export const fencedPodsAnnotation = 'shoal.dev/fenced-pods'

/** A Pod whose packets nobody takes. */
export interface FencedPod {
  readonly uid: string
  readonly address: string
}

/** The fenced Pods of a Node. What cannot be read is left out. */
export function fencedPods(node: Node): readonly FencedPod[] {
  return (node.metadata.annotations?.[fencedPodsAnnotation] ?? '').split(',').flatMap((entry) => {
    const [uid = '', address = ''] = entry.split('=')
    return uid !== '' && /^\d+\.\d+\.\d+\.\d+$/.test(address) ? [{ uid, address }] : []
  })
}

/** The annotation for these; null takes it away. */
export const fenceText = (pods: readonly FencedPod[]): string | null => (pods.length === 0 ? null : pods.map(({ uid, address }) => `${uid}=${address}`).join(','))

/** The Node's fenced Pods with these as well, or undefined when that changes nothing. In the host's network nothing can be told apart. */
export function fenceMore(node: Node, pods: readonly Pod[]): readonly FencedPod[] | undefined {
  const before = fencedPods(node)
  const more = pods.flatMap(({ metadata: { uid = '' }, spec, status }) => {
    const address = status?.podIP ?? ''
    return address === '' || spec?.hostNetwork === true || before.some((one) => one.uid === uid) ? [] : [{ uid, address }]
  })
  return more.length === 0 ? undefined : [...before, ...more]
}
