// Progress of long work: one plain line a step with the time since the start, the same on a terminal and in a log.

/** Where long work says how far it is. */
export interface Progress {
  step(text: string): void
}

/** Writes lines to `write`, each with the seconds since the first. */
export function lineProgress(write: (line: string) => void, nowMs: () => number): Progress {
  const startMs = nowMs()
  return { step: (text) => write(`${((nowMs() - startMs) / 1000).toFixed(1).padStart(6)} s  ${text}`) }
}
