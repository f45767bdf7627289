// The metrics of the client zone, declared once.
// They count what the parts inside the daemon could not tell the API; requests themselves are counted where they are served.

/** Events that were not recorded. */
export const eventsDropped = {
  name: 'shoal_events_dropped_total',
  type: 'counter',
  help: 'Events that were not recorded, by cause: rate (one object caused too many), queue (too many wait), refused (the API said no).',
  labels: ['cause'],
} as const
