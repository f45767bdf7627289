// How this peer speaks to the kubelets of the others: by their Node's address, with its own node certificate, checked against
// the cluster's authority. Used for logs and exec, for spreading images, and to learn that an endpoint is out everywhere.
import { request } from 'node:https'
import type { Readable } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import type { MembershipView } from '../base/views.ts'
import { otherPeerFailed } from './errors.ts'

/** What is needed to call one kubelet. */
export interface KubeletAddress {
  readonly host: string
  readonly port: number
  readonly ca: string
  readonly serverName: string
  readonly certificate: string
  readonly privateKey: string
}

/** Finds a node's kubelet; undefined when the node is not known or has no address. */
export type FindKubelet = (node: string) => KubeletAddress | undefined

export interface CallOptions {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly timeoutMs: number
  readonly stream?: Readable
}

/** One request to a kubelet; answers the body of a success. Throws SHOAL_OTHER_PEER_FAILED. */
export function callKubelet(node: string, at: KubeletAddress, options: CallOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => reject(otherPeerFailed.make({ peer: node, reason }, cause))
    const outgoing = request(
      { host: at.host, port: at.port, servername: at.serverName, ca: at.ca, cert: at.certificate, key: at.privateKey, method: options.method, path: options.path, timeout: options.timeoutMs },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', (error) => fail(error.message, error))
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          if ((response.statusCode ?? 500) < 300) resolve(text)
          else fail(text === '' ? `status ${response.statusCode}` : text)
        })
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new RangeError(`no answer within ${options.timeoutMs} ms`)))
    outgoing.on('error', (error) => fail(error.message, error))
    if (options.stream === undefined) outgoing.end()
    else options.stream.pipe(outgoing)
  })
}

export interface WithdrawalDeps {
  readonly membership: MembershipView
  readonly find: FindKubelet
  readonly clock: Clock
  /** This node's own answer. */
  readonly own: (address: string, timeoutMs: number) => Promise<boolean>
  readonly self: string
}

/**
 * Resolves when no live peer's rules lead to the addresses any more, or after `timeoutMs`. A peer that cannot be asked counts as
 * answered: it is on its way out itself, and an ending Pod must not wait for it.
 */
export async function endpointsWithdrawn(deps: WithdrawalDeps, addresses: readonly string[], timeoutMs: number): Promise<void> {
  const others = deps.membership.members().filter((member) => member.state === 'alive' && member.name !== deps.self)
  const asks = addresses.flatMap((address) => [
    deps.own(address, timeoutMs),
    ...others.map(async ({ name }) => {
      const at = deps.find(name)
      if (at === undefined) return false
      try {
        await callKubelet(name, at, { method: 'GET', path: `/shoal/endpoint-out?ip=${encodeURIComponent(address)}`, timeoutMs: timeoutMs + 100 })
        return true
      } catch (error) {
        if (!otherPeerFailed.is(error)) throw error
        return false
      }
    }),
  ])
  await new Promise<void>((resolve, reject) => {
    const timer = deps.clock.after(timeoutMs, resolve)
    Promise.all(asks).then(() => resolve(), reject).finally(() => timer.cancel())
  })
}
