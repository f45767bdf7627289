// Deletes Event objects an hour after they were last seen: the reference lets its store expire them, ours has no such thing.
// One sweep a minute over the informer's copy; the time of an Event is the latest that it carries. What time it is says the
// agreed clock and not this peer's: a holder whose clock is ahead would delete what others have just reported.
import type { WorkResult } from '../../base/work-queue.ts'
import { isNotFound } from '../../client/errors.ts'
import { keyOf } from '../../client/object-cache.ts'
import { events as eventType } from '../../client/resource-types.ts'
import type { Event } from '../../objects/generated/core-v1.ts'
import { type Controller, type ControllerDeps } from '../controller.ts'
import { eventLifeMs } from '../limits.ts'

const sweepKey = 'sweep'
const sweepEveryMs = 60_000

/** When the Event was last seen, by the wall clock. */
export function lastSeenMs(event: Event): number {
  const times = [event.series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.firstTimestamp, event.metadata.creationTimestamp]
  const known = times.filter((time) => time !== undefined && time !== null).map((time) => Date.parse(time))
  return Math.max(0, ...known.filter((ms) => !Number.isNaN(ms)))
}

/** The controller that lets Events expire. */
export function eventExpiryController(deps: ControllerDeps): Controller {
  const events = deps.informers.of(eventType)
  const client = deps.client.resource(eventType)
  const reconcile = async (): Promise<WorkResult> => {
    const oldestMs = deps.agreedTimeMs() - eventLifeMs
    for (const event of events.cache.list().filter((one) => lastSeenMs(one) < oldestMs)) {
      const { name = '', namespace, uid } = event.metadata
      try {
        await client.delete(name, namespace, { uid })
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
      events.assumeDeleted(keyOf(event), uid)
    }
    return { againAfterMs: sweepEveryMs }
  }
  return {
    name: 'eventexpiry',
    watch: (sink) => {
      sink.add(sweepKey)
      return () => undefined
    },
    reconcile,
  }
}
