// The contract of a subresource that is not simply another view of its object: what discovery says of it and who answers.
// They are listed in registry.ts; a request to any other goes to the generic handler or is not found.
import type { Tokens } from '../../identity/tokens.ts'
import type { ResourceDefinition } from '../../resources/types.ts'
import type { Answer, Call } from '../call.ts'
import type { KubeletConnections } from '../kubelet-connection.ts'
import type { Rest } from '../rest.ts'

export interface SubresourceDeps {
  readonly rest: Rest
  readonly tokens: Tokens
  readonly kubelets: KubeletConnections
}

export interface SubresourceTarget {
  readonly definition: ResourceDefinition
  readonly namespace: string
  readonly name: string
  /** What follows the subresource in the path. */
  readonly rest: string
}

export interface Subresource {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  /** As discovery names what is exchanged. */
  readonly kind: string
  readonly exchanged?: { readonly group: string; readonly version: string }
  readonly verbs: readonly string[]
  readonly handle: (deps: SubresourceDeps, call: Call, target: SubresourceTarget) => Promise<Answer>
}
