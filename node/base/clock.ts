// Time is handed in, so that tests and the simulator can own it. The real clock lives in node/platform.

/** A timer that can be called off; calling it off twice is safe. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since 1970; may jump. For what people and API objects see. */
  wallMs(): number
  /** Milliseconds of the boot-time clock: never goes back, runs on during sleep. For durations and leases. */
  bootMs(): number
  /** Calls `run` once after `delayMs`. */
  after(delayMs: number, run: () => void): Timer
}

/** RFC 3339 in seconds and UTC, as Kubernetes writes Time. */
export function timestamp(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with microseconds, as Kubernetes writes MicroTime. */
export function microTimestamp(wallMs: number): string {
  return `${new Date(wallMs).toISOString().slice(0, 23)}000Z`
}
