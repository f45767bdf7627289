// The errors of the scheduler. They become events of the Pod; nobody outside sees them otherwise.
import { defineError } from '../base/errors.ts'

/** The volumes of a Pod that had found its Node were not bound. */
export const volumesNotBound = defineError<{ readonly reason: string }>({
  code: 'SHOAL_VOLUMES_NOT_BOUND',
  message: ({ reason }) => `binding volumes: ${reason}`,
  remedy: 'See the events of the claims; the scheduler tries again by itself.',
})
