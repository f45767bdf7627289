// What happened in a run, twice: as a running hash that two runs of one seed must share to the last event, and, when asked
// for, as lines of which the last ones explain a failure. Lines are made only while recording, because most runs are fast
// and silent; a failing seed is simply run again.

/** Lines kept while recording; older ones are forgotten. */
export const maxTraceLines = 5000

export class Trace {
  readonly recording: boolean
  #low = 0x811c9dc5
  #high = 0x9747b28c
  #lines: string[] = []
  #start = 0

  constructor(recording: boolean) {
    this.recording = recording
  }

  /** Mixes a number into the hash. */
  mix(value: number): void {
    this.#low = Math.imul(this.#low ^ (value | 0), 0x01000193)
    this.#high = Math.imul(this.#high ^ Math.floor(value / 65536), 0x85ebca6b) ^ (this.#low >>> 15)
  }

  mixText(text: string): void {
    for (let i = 0; i < text.length; i++) this.mix(text.charCodeAt(i))
  }

  /** A line for the timeline; `text` is called only while recording. */
  line(nowUs: number, text: () => string): void {
    if (!this.recording) return
    this.#lines.push(`${(nowUs / 1e6).toFixed(6).padStart(12)} ${text()}`)
    if (this.#lines.length - this.#start > maxTraceLines) this.#start++
    if (this.#start < maxTraceLines) return
    this.#lines = this.#lines.slice(this.#start)
    this.#start = 0
  }

  /** The hash so far: 16 hex digits. */
  hash(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')
    return hex(this.#high) + hex(this.#low)
  }

  /** The last `count` lines. */
  timeline(count: number): readonly string[] {
    return this.#lines.slice(Math.max(this.#start, this.#lines.length - count))
  }
}
