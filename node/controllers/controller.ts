// What a controller is: keys, the changes that make a key worth a look, and one reconcile a key. The manager runs them all;
// registry.ts lists them. A controller keeps nothing in memory that it could not find again in the API after a crash.
import type { Clock } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { MembershipView, TakeoverView } from '../base/views.ts'
import type { WorkResult } from '../base/work-queue.ts'
import type { Client } from '../client/client.ts'
import type { EventRecorder } from '../client/event-recorder.ts'
import type { Informers } from '../client/informers.ts'
import type { ResourceCatalog } from './resource-catalog.ts'

/** What controllers are made of. */
export interface ControllerDeps {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  /** The leader's clock at the newest entry applied here: never goes back, and is the same for whoever holds the work. Stands still while nothing is agreed. */
  readonly agreedTimeMs: () => number
  readonly logger: Logger
  /** Events as coming from `component`. */
  readonly events: (component: string) => EventRecorder
  readonly membership: MembershipView
  readonly takeover: TakeoverView
  /** The kinds that the API serves now. */
  readonly catalog: ResourceCatalog
  /** PEM of the cluster's CA. */
  readonly rootCa: string
}

/** Where a controller puts keys. */
export interface KeySink {
  add(key: string): void
  addAfter(key: string, delayMs: number): void
}

export interface Controller {
  readonly name: string
  /** Listens to informers and adds keys; the answer stops it. Everything that exists is added at once. */
  watch(sink: KeySink): () => void
  /** Brings one key's object nearer to what is wanted. A rejection means: again, later. */
  reconcile(key: string, signal: AbortSignal): Promise<WorkResult>
}

export type ControllerFactory = (deps: ControllerDeps) => Controller

/** Nothing more to do until something changes. */
export const settled: WorkResult = {}
