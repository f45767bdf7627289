// Keeps Pods off nodes that the membership suspects: soft state that only subtracts, for the second until it is agreed.
// When the suspicion ends, the Pods that waited for it are tried again.
import { type Plugin, reject } from '../types.ts'

export const memberAlive: Plugin = {
  name: 'MemberAlive', weight: 0,
  prepare: (_, { suspects }) => ({
    filter: ({ node }) => (suspects.has(node.metadata.name ?? '') ? reject('node(s) were suspected to be down', false) : undefined),
  }),
}
