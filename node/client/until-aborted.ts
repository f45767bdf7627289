// A transport that ends with its user: what is under way when the user stops is given up, and not waited for. A peer that is
// cut off would otherwise wait with its end for writes that no majority takes. A write that is given up may still be agreed.
import type { Transport } from './types.ts'

/** The same transport, whose requests are aborted with `signal` too; after that none gets an answer. */
export const untilAborted = (transport: Transport, signal: AbortSignal): Transport => {
  const both = (own: AbortSignal | undefined): AbortSignal => (own === undefined || own === signal ? signal : AbortSignal.any([own, signal]))
  return {
    send: (request, own) => transport.send(request, both(own)),
    watch: (request, own) => transport.watch(request, both(own)),
  }
}
