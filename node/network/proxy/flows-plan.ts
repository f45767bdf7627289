// Which tracked connections must be forgotten after the rules have changed. Pure. The kernel keeps leading a connection
// where its first packet went. TCP may end in peace as long as its endpoint exists in any condition, so that a Pod that ends
// can finish its work; once the endpoint is gone, the client must hear of it. UDP has no end: it follows the rules at once.
// Source: Kubernetes, Virtual IPs and Service Proxies (and KEP-1669 for what Pods that end still serve).
import type { EndpointSlice } from '../../objects/generated/discovery-v1.ts'
import { endpointsIn } from '../endpoints.ts'
import { type Backend, type Frontend, type Protocol, protocolOf, type Rule } from './model.ts'

/** An address and port behind Services. */
export interface Target extends Backend {
  readonly protocol: Protocol
}

/** Forget what leads to `target`; where `frontend` is given, only what came in there. Without a target: all that came in there. */
export type Purge =
  | { readonly kind: 'target'; readonly target: Target }
  | { readonly kind: 'frontend'; readonly frontend: Frontend; readonly backend: Backend | undefined }

/** What connections can lead to, at one moment. */
export interface Reachable {
  /** Every endpoint in whatever condition, by `protocol address port`. */
  readonly targets: ReadonlyMap<string, Target>
  /** The rules for UDP by frontend. */
  readonly datagrams: ReadonlyMap<string, Rule>
}

/** The key of a target in `Reachable`. */
export const targetKey = ({ protocol, address, port }: Target): string => `${protocol} ${address} ${port}`

/** What can be reached under these rules and endpoints. */
export function reachable(rules: readonly Rule[], slices: readonly EndpointSlice[]): Reachable {
  const targets = new Map<string, Target>()
  const put = (target: Target): void => void targets.set(targetKey(target), target)
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue
    for (const { port, protocol } of slice.ports ?? []) {
      if (port === undefined) continue
      for (const { addresses } of endpointsIn(slice)) for (const address of addresses) put({ protocol: protocolOf(protocol), address, port })
    }
  }
  // Host ports stand in no slice.
  for (const { frontend, backends } of rules) for (const backend of backends) put({ ...backend, protocol: frontend.protocol })
  const datagrams = rules.filter(({ frontend }) => frontend.protocol === 'udp').map((rule) => [`${rule.frontend.address} ${rule.frontend.port}`, rule] as const)
  return { targets, datagrams: new Map(datagrams) }
}

/** What to forget when `after` has taken the place of `before`. */
export function purges(before: Reachable, after: Reachable): readonly Purge[] {
  const found: Purge[] = []
  for (const [key, target] of before.targets) if (!after.targets.has(key)) found.push({ kind: 'target', target })
  for (const key of new Set([...before.datagrams.keys(), ...after.datagrams.keys()])) found.push(...frontendPurges(before.datagrams.get(key), after.datagrams.get(key)))
  return found
}

function frontendPurges(before: Rule | undefined, after: Rule | undefined): readonly Purge[] {
  const frontend = (after ?? before)?.frontend
  if (frontend === undefined) return []
  const [old, next] = [before?.backends ?? [], after?.backends ?? []]
  // What was sent before there was a rule is tracked as leading to the Service's address itself.
  if (old.length === 0 || next.length === 0) return old.length === next.length ? [] : [{ kind: 'frontend', frontend, backend: undefined }]
  const kept = new Set(next.map(({ address, port }) => `${address} ${port}`))
  return old.filter(({ address, port }) => !kept.has(`${address} ${port}`)).map((backend) => ({ kind: 'frontend', frontend, backend }))
}
