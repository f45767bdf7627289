// Nodes that have the Pod's images already start it sooner; larger images count more, and images on few nodes less,
// lest all Pods of an image gather where it happened to be first.
// Source: Kubernetes reference, scheduling plugins, ImageLocality (from 23 MB a container to 1,000 MB).
import type { Node } from '../../objects/generated/core-v1.ts'
import type { Plugin } from '../types.ts'

const leastBytes = 23 * 1024 * 1024
const mostBytes = 1000 * 1024 * 1024

export const imageLocality: Plugin = {
  name: 'ImageLocality', weight: 1,
  prepare: (pod, cluster) => {
    const images = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map((container) => normalized(container.image ?? ''))
    const spread = new Map(images.map((image) => [image, cluster.nodes.filter(({ node }) => imageBytes(node, image) > 0).length / cluster.nodes.length]))
    return {
      score: ({ node }) => {
        const sumBytes = images.reduce((sum, image) => sum + imageBytes(node, image) * (spread.get(image) ?? 0), 0)
        const limitBytes = mostBytes * images.length
        const bytes = Math.min(Math.max(sumBytes, leastBytes), limitBytes)
        return (100 * (bytes - leastBytes)) / (limitBytes - leastBytes)
      },
    }
  },
}

function imageBytes(node: Node, image: string): number {
  return node.status?.images?.find((one) => one.names?.some((name) => normalized(name) === image))?.sizeBytes ?? 0
}

/** `nginx` is `docker.io/library/nginx:latest`. */
function normalized(image: string): string {
  const first = image.split('/')[0] ?? ''
  const hasRegistry = image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  const full = hasRegistry ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`
  const last = full.slice(full.lastIndexOf('/') + 1)
  return last.includes(':') || last.includes('@') ? full : `${full}:latest`
}
