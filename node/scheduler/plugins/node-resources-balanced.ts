// CPU and memory of a node should be used up together, so that neither is left over without the other.
// Source: Kubernetes reference, scheduling plugins, NodeResourcesBalancedAllocation.
import { podScoringRequests } from '../../objects/pods/requests.ts'
import type { Plugin } from '../types.ts'

export const nodeResourcesBalanced: Plugin = {
  name: 'NodeResourcesBalancedAllocation', weight: 1,
  prepare: (pod) => {
    const wanted = podScoringRequests(pod)
    return {
      score: (state) => {
        const fractions = ['cpu', 'memory'].flatMap((name) => {
          const allocatable = state.allocatable.get(name) ?? 0
          if (allocatable === 0) return []
          return [Math.min(1, ((state.weighed.get(name) ?? 0) + (wanted.get(name) ?? 0)) / allocatable)]
        })
        const [first = 0, second = first] = fractions
        // The deviation of two numbers is half their distance.
        return (1 - Math.abs(first - second) / 2) * 100
      },
    }
  },
}
