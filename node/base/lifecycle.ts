// Every zone's main class starts and stops; the composition root stops what it started in reverse order.

export interface Startable {
  start(): Promise<void>
  /** Ends everything the start began. Safe to call twice, and before a start. */
  stop(): Promise<void>
}
