// Times of API objects: RFC 3339 text. Kubernetes writes Time in whole seconds and MicroTime with six digits, both in UTC;
// this brings any accepted text into that form and reads it as milliseconds. It never asks what time it is.

/** The canonical text and its milliseconds since 1970, or the message of a text that is no time. */
export type ParsedTime = { readonly ok: true; readonly text: string; readonly ms: number } | { readonly ok: false; readonly message: string }

const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.(\d+))?(?:Z|[+-]\d{2}:\d{2})$/

/** Reads RFC 3339 text, section 5.6. */
export function parseTime(text: string, precision: 'Time' | 'MicroTime'): ParsedTime {
  const match = pattern.exec(text)
  const ms = match === null ? NaN : Date.parse(text)
  if (match === null || Number.isNaN(ms)) {
    const layout = precision === 'Time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00'
    return { ok: false, message: `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(text)} as "2006"` }
  }
  // A MicroTime has exactly six digits; the reference names what it found in their place.
  const rest = text.slice(19)
  if (precision === 'MicroTime' && !/^\.\d{6}(?!\d)/.test(rest)) {
    return { ok: false, message: `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05.000000Z07:00": cannot parse ${JSON.stringify(rest)} as ".000000"` }
  }
  const seconds = new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)
  const micros = (match[1] ?? '').padEnd(6, '0').slice(0, 6)
  return { ok: true, text: precision === 'Time' ? `${seconds}Z` : `${seconds}.${micros}Z`, ms }
}

/** Milliseconds since 1970 of a stored time, or undefined when there is none. */
export function timeMs(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/** How long ago, as tables print it: `5s`, `3m20s`, `2h5m`, `3d4h`, `2y10d`. */
export function shortDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 60 * 2) return `${seconds}s`
  const minutes = Math.trunc(seconds / 60)
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`
  if (minutes < 60 * 3) return `${minutes}m`
  const hours = Math.trunc(minutes / 60)
  if (hours < 8) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(hours / 24)
  if (hours < 24 * 8) return hours % 24 === 0 ? `${days}d` : `${days}d${hours % 24}h`
  if (hours < 24 * 365 * 2) return `${days}d`
  const years = Math.trunc(hours / 24 / 365)
  if (hours < 24 * 365 * 8) {
    const restDays = days % 365
    return restDays === 0 ? `${years}y` : `${years}y${restDays}d`
  }
  return `${years}y`
}

/** The age cell of a table: since the time, or `<unknown>` without one. */
export function ageCell(since: unknown, nowMs: number): string {
  const ms = timeMs(since)
  return ms === undefined ? '<unknown>' : shortDuration(nowMs - ms)
}
