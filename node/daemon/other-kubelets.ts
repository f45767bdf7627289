// How this peer speaks to the kubelets of the others: by their Node's address, with its own node certificate, checked against
// the cluster's authority. Used for logs and exec, for spreading images and having them, and to learn that an endpoint is out
// everywhere.
import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../base/clock.ts'
import type { MembershipView } from '../base/views.ts'
import { otherPeerFailed } from './errors.ts'
import { imageAskedPeers, imageAskTimeoutMs, imageSendTimeoutMs } from './limits.ts'

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

/** The begin of a kubelet's answer, whatever its status. Throws SHOAL_OTHER_PEER_FAILED. */
function openKubelet(node: string, at: KubeletAddress, options: CallOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => reject(otherPeerFailed.make({ peer: node, reason }, cause))
    const outgoing = request(
      { host: at.host, port: at.port, servername: at.serverName, ca: at.ca, cert: at.certificate, key: at.privateKey, method: options.method, path: options.path, timeout: options.timeoutMs },
      resolve,
    )
    outgoing.on('timeout', () => outgoing.destroy(new RangeError(`no answer within ${options.timeoutMs} ms`)))
    outgoing.on('error', (error) => fail(error.message, error))
    if (options.stream === undefined) outgoing.end()
    else options.stream.pipe(outgoing)
  })
}

async function bodyOf(node: string, response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of response) chunks.push(chunk)
  } catch (error) {
    throw otherPeerFailed.make({ peer: node, reason: error instanceof Error ? error.message : String(error) }, error)
  }
  const text = Buffer.concat(chunks).toString()
  if ((response.statusCode ?? 500) >= 300) throw otherPeerFailed.make({ peer: node, reason: text === '' ? `status ${response.statusCode}` : text })
  return text
}

/** One request to a kubelet; answers the body of a success. Throws SHOAL_OTHER_PEER_FAILED. */
export async function callKubelet(node: string, at: KubeletAddress, options: CallOptions): Promise<string> {
  return bodyOf(node, await openKubelet(node, at, options))
}

/**
 * Writes an archive of an image that was loaded by hand on another live peer into `file`; false when none that was asked has it.
 * They are asked one after another, from a place in the list that chance names, so that many newcomers do not ask the same one.
 */
export async function imageFromPeers(deps: Pick<WithdrawalDeps, 'membership' | 'find' | 'self'> & { readonly below: (bound: number) => number }, image: string, file: string): Promise<boolean> {
  const others = deps.membership.members().filter((member) => member.state === 'alive' && member.name !== deps.self)
  const first = others.length === 0 ? 0 : deps.below(others.length)
  for (const { name } of [...others.slice(first), ...others.slice(0, first)].slice(0, imageAskedPeers)) {
    const at = deps.find(name)
    if (at === undefined) continue
    try {
      const response = await openKubelet(name, at, { method: 'GET', path: `/shoal/image?name=${encodeURIComponent(image)}`, timeoutMs: imageAskTimeoutMs })
      if (response.statusCode !== 200) await bodyOf(name, response)
      response.socket.setTimeout(imageSendTimeoutMs)
      await pipeline(response, createWriteStream(file))
      return true
    } catch (error) {
      // It does not have the image, is older than the question, or died on the way: the next may have it.
      if (!otherPeerFailed.is(error) && !isConnectionLost(error)) throw error
    }
  }
  return false
}

const isConnectionLost = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'ERR_STREAM_PREMATURE_CLOSE')

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
 * answered, and so does one that is suspected meanwhile: it is on its way out itself, and an ending Pod must not wait for it.
 */
export async function endpointsWithdrawn(deps: WithdrawalDeps, addresses: readonly string[], timeoutMs: number): Promise<void> {
  const { clock, membership, own, self } = deps
  const alive = (): readonly string[] => membership.members().filter((member) => member.state === 'alive' && member.name !== self).map(({ name }) => name)
  const untilMs = clock.bootMs() + timeoutMs
  const others = alive().map((name) => ({ name, gone: Promise.withResolvers<void>() }))
  let waitedFor = new Set(alive())
  const unfollow = membership.onChange(() => {
    waitedFor = new Set(alive())
    for (const { name, gone } of others) if (!waitedFor.has(name)) gone.resolve()
  })
  const leftMs = (name: string): number => (waitedFor.has(name) ? untilMs - clock.bootMs() : 0)
  const asks = [
    ...addresses.map((address) => own(address, timeoutMs)),
    ...others.map(({ name, gone }) => Promise.race([gone.promise, Promise.all(addresses.map((address) => endpointOut(deps, name, address, () => leftMs(name))))])),
  ]
  await new Promise<void>((resolve, reject) => {
    const timer = clock.after(timeoutMs, resolve)
    Promise.all(asks).then(() => resolve(), reject).finally(() => timer.cancel())
  }).finally(unfollow)
}

/** Asks one peer until it says that no rule of its own leads to the address, cannot be asked, or the time is over. */
async function endpointOut({ find }: WithdrawalDeps, name: string, address: string, leftMs: () => number): Promise<void> {
  for (let timeoutMs = leftMs(); timeoutMs > 0; timeoutMs = leftMs()) {
    const at = find(name)
    if (at === undefined) return
    try {
      // It waits for the change itself, and says after a second that it still waits.
      const answer = await callKubelet(name, at, { method: 'GET', path: `/shoal/endpoint-out?ip=${encodeURIComponent(address)}`, timeoutMs: timeoutMs + 100 })
      if (!answer.includes('"out":false')) return
    } catch (error) {
      if (!otherPeerFailed.is(error)) throw error
      return
    }
  }
}
