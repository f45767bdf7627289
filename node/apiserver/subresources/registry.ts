// The subresources that have a handler of their own. To add one is to add a file and a line here.
import { binding } from './binding.ts'
import { eviction } from './eviction.ts'
import { token } from './token.ts'
import type { Subresource } from './types.ts'

const stream = (subresource: string, kind: string): Subresource => ({ group: '', resource: 'pods', subresource, kind, verbs: ['create', 'get'], handle: undefined })

export const subresources: readonly Subresource[] = [
  stream('attach', 'PodAttachOptions'),
  binding,
  eviction,
  stream('exec', 'PodExecOptions'),
  stream('portforward', 'PodPortForwardOptions'),
  token,
]

export function subresourceOf(group: string, resource: string, subresource: string): Subresource | undefined {
  return subresources.find((one) => one.group === group && one.resource === resource && one.subresource === subresource)
}
