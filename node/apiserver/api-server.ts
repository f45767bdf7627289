// The API server of a peer, put together: storage, handler, filters and sockets, and the doors for what runs inside the
// daemon. Every peer runs one; they share nothing but the agreed state. Starting opens the port, stopping closes everything.
import type { Random } from '../../protocol/base/random.ts'
import type { Transaction, TransactionResult } from '../../protocol/message/transaction.ts'
import type { AgreedState } from '../base/agreed-state.ts'
import type { Clock } from '../base/clock.ts'
import type { Startable } from '../base/lifecycle.ts'
import type { Logger } from '../base/logger.ts'
import type { Metrics } from '../base/metrics.ts'
import type { Transport } from '../client/types.ts'
import type { TokenVerifier } from '../identity/ca.ts'
import { Tokens } from '../identity/tokens.ts'
import type { User } from '../identity/users.ts'
import { stringIn } from '../objects/access.ts'
import type { JsonObject } from '../objects/json.ts'
import type { ResourceDefinition } from '../resources/types.ts'
import type { StateReader } from '../store/types.ts'
import type { AdmissionOptions } from './admission/types.ts'
import type { Fence } from './call.ts'
import { Handler } from './handler.ts'
import { Front } from './http/front.ts'
import { Listener } from './http/listener.ts'
import type { ServingCertificate } from './http/listener.ts'
import { inProcessTransport } from './in-process.ts'
import type { KubeletConnections } from './kubelet-connection.ts'
import { openApiDocuments } from './openapi.ts'
import { storedRbac } from './rbac-source.ts'
import { findObject } from './rest.ts'
import type { Ids, Kinds, Rest } from './rest.ts'
import { ServerPaths } from './server-paths.ts'
import { Storage } from './storage.ts'
import { KubeletUsage } from './usage/kubelet-usage.ts'
import { Upgrades } from './streams/upgrades.ts'

export interface ApiServerDeps {
  readonly store: StateReader
  readonly agreed: AgreedState<Transaction, TransactionResult>
  readonly resources: readonly ResourceDefinition[]
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  readonly kubelets: KubeletConnections
  /** What service account tokens are verified by, as the agreed state has it now; new ones are for the first. */
  readonly tokenKeys: () => readonly TokenVerifier[]
  /** Has a token signed, see Tokens. */
  readonly signToken: (keyId: string, input: string) => Promise<string | undefined>
  /** What paths of our own, such as `/shoal/peers`, answer to those who may read them. */
  readonly views?: { readonly [path: string]: () => Promise<JsonObject> }
}

export interface ApiServerOptions extends AdmissionOptions {
  /** Addresses to listen on. */
  readonly addresses: readonly string[]
  /** 0 takes any free port. */
  readonly port: number
  readonly serving: ServingCertificate
  /** Host and port that discovery tells clients. */
  readonly serverAddress: string
}

export class ApiServer implements Startable {
  readonly storage: Storage
  readonly tokens: Tokens
  readonly #options: ApiServerOptions
  readonly #handler: Handler
  readonly #listeners: readonly Listener[]
  readonly #logger: Logger
  readonly #upgrades: Upgrades
  #port = 0

  constructor(deps: ApiServerDeps, options: ApiServerOptions) {
    this.#options = options
    this.#logger = deps.logger.child('apiserver')
    this.storage = new Storage(deps)
    const rest = restOf(deps, this.storage, options)
    this.tokens = new Tokens({ clock: deps.clock, keys: deps.tokenKeys, sign: deps.signToken, random: deps.ids, uidOf: (kind, namespace, name) => uidOf(rest, kind, namespace, name) })
    const paths = new ServerPaths({
      notReady: () => (deps.tokenKeys().length === 0 ? 'token-keys failed: the agreed state has not arrived yet' : undefined),
      metricsText: () => deps.metrics.text(),
      openApi: openApiDocuments(deps.resources),
      views: deps.views,
    })
    this.#handler = new Handler({ rest, tokens: this.tokens, kubelets: deps.kubelets, paths, serverAddress: options.serverAddress, usage: new KubeletUsage({ kubelets: deps.kubelets, clock: deps.clock, logger: this.#logger }) })
    const renderer = { storage: this.storage, nowMs: () => deps.clock.wallMs() }
    const front = new Front({ handler: this.#handler, tokens: this.tokens, renderer, clock: deps.clock, logger: this.#logger, metrics: deps.metrics, secret: () => deps.ids.uid() })
    this.#upgrades = new Upgrades({ front, handler: this.#handler, rest, kubelets: deps.kubelets, logger: this.#logger })
    this.#listeners = options.addresses.map(() => new Listener(options.serving, {
      serve: (exchange) => front.serve(exchange),
      upgrade: (request, socket, head) => void this.#upgrades.handle(request, socket, head),
    }))
  }

  /** The port that is listened on; all addresses have the same. */
  get port(): number {
    return this.#port
  }

  async start(): Promise<void> {
    this.#port = this.#options.port
    for (const [at, address] of this.#options.addresses.entries()) {
      const listener = this.#listeners[at]
      if (listener !== undefined) this.#port = await listener.listen(address, this.#port)
    }
    this.#logger.info('serving the API', { addresses: this.#options.addresses, port: this.#port })
  }

  async stop(): Promise<void> {
    this.#upgrades.close()
    await Promise.all(this.#listeners.map((listener) => listener.close()))
  }

  /** New connections get this certificate. */
  renew(serving: ServingCertificate): void {
    for (const listener of this.#listeners) listener.renew(serving)
  }

  /** The API without HTTP, for a user inside the daemon; a fence binds writes to a work. */
  transport(user: User, fence?: () => Fence | undefined): Transport {
    return inProcessTransport(this.#handler, this.storage, user, fence)
  }
}

/** Builds the server of a peer; `start` opens its port. */
export function createApiServer(deps: ApiServerDeps, options: ApiServerOptions): ApiServer {
  return new ApiServer(deps, options)
}

function restOf(deps: ApiServerDeps, storage: Storage, options: ApiServerOptions): Rest {
  const kinds = kindsOf(deps.resources)
  const rbac = storedRbac({ storage, kinds })
  return {
    storage, kinds, rbac, clock: deps.clock, random: deps.random, ids: deps.ids, logger: deps.logger,
    admission: { defaultTolerationSeconds: options.defaultTolerationSeconds },
  }
}

function kindsOf(all: readonly ResourceDefinition[]): Kinds {
  const byName = new Map(all.map((kind) => [`${kind.group}/${kind.version}/${kind.resource}`, kind]))
  return { all, byResource: (group, version, resource) => byName.get(`${group}/${version}/${resource}`) }
}

function uidOf(rest: Rest, kind: 'ServiceAccount' | 'Pod' | 'Secret' | 'Node', namespace: string, name: string): string | undefined {
  const found = findObject(rest, '', `${kind.toLowerCase()}s`, namespace, name)
  return found === undefined ? undefined : stringIn(found, 'metadata', 'uid')
}
