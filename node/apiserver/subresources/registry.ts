// The subresources that have a handler of their own. To add one is to add a file and a line here.
import { binding } from './binding.ts'
import { attach, exec, portForward } from './connect.ts'
import { eviction } from './eviction.ts'
import { log } from './log.ts'
import { nodeProxy, podProxy, serviceProxy } from './proxy.ts'
import { token } from './token.ts'
import type { Subresource } from './types.ts'

export const subresources: readonly Subresource[] = [attach, binding, eviction, exec, log, nodeProxy, podProxy, portForward, serviceProxy, token]

/** What serves a subresource; undefined for those that every kind has (status, scale) and for unknown ones. */
export function subresourceOf(group: string, resource: string, subresource: string): Subresource | undefined {
  return subresources.find((one) => one.group === group && one.resource === resource && one.subresource === subresource)
}
