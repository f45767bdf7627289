// The list of scheduling plugins, in the order in which they filter: the first that rejects a node words the reason.
// To add one is to add its file and a line here. Weights stand with the plugins and are those of the reference.
import type { Plugin } from '../types.ts'
import { imageLocality } from './image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { memberAlive } from './member-alive.ts'
import { nodeAffinity } from './node-affinity.ts'
import { nodeName } from './node-name.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesBalanced } from './node-resources-balanced.ts'
import { nodeResourcesFit } from './node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'
import { podTopologySpread } from './pod-topology-spread.ts'
import { taintToleration } from './taint-toleration.ts'
import { volumeBinding } from './volume-binding.ts'

export const plugins: readonly Plugin[] = [
  nodeUnschedulable, nodeName, taintToleration, nodeAffinity, memberAlive, nodePorts, nodeResourcesFit, volumeBinding,
  podTopologySpread, interPodAffinity, nodeResourcesBalanced, imageLocality,
]
