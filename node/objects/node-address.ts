// The address under which other machines reach a Node.
import type { Node } from './generated/core-v1.ts'

/** The first InternalIP of the Node's status; undefined while it has none. */
export const internalAddress = (node: Node | undefined): string | undefined => node?.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address

/** Names of all Nodes by that address; of those without one, the last is under the empty address. */
export const nodesByAddress = (nodes: readonly Node[]): ReadonlyMap<string, string> => new Map(nodes.map((node) => [internalAddress(node) ?? '', node.metadata.name ?? '']))
