// Cron schedules as CronJobs write them: five fields, names of months and days, the @descriptors and @every. Reads the text,
// and answers the next moment of a schedule in a time zone. It never asks what time it is.
// Source: Kubernetes concepts, CronJob (schedule syntax); the messages are those that clients of the reference see.

/** When a schedule comes due. */
export interface CronSchedule {
  /** The first moment after `afterMs`, in milliseconds since 1970; undefined when none comes within five years. */
  next(afterMs: number): number | undefined
}

export type ParsedSchedule = { readonly ok: true; readonly schedule: CronSchedule } | { readonly ok: false; readonly message: string }

interface Bounds {
  readonly least: number
  readonly most: number
  readonly names: readonly string[]
}

interface Field {
  readonly values: ReadonlySet<number>
  /** It said `*`: of the two day fields the other one decides. */
  readonly isAny: boolean
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const fieldBounds: readonly Bounds[] = [
  { least: 0, most: 59, names: [] },
  { least: 0, most: 23, names: [] },
  { least: 1, most: 31, names: [] },
  { least: 1, most: 12, names: months },
  { least: 0, most: 6, names: weekdays },
]

const descriptors: { readonly [name: string]: string } = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
}

const minuteMs = 60_000
const dayMs = 86_400_000
/** A schedule such as 30 February never comes; after so many days nobody looks further. */
const lookAheadDays = 5 * 366

/** Reads a schedule; `zone` is an IANA time zone that isTimeZone accepts. */
export function parseSchedule(text: string, zone: string): ParsedSchedule {
  if (text.startsWith('@every ')) return parseEvery(text)
  if (text.startsWith('@') && descriptors[text] === undefined) return { ok: false, message: `unrecognized descriptor: ${text}` }
  const parts = (descriptors[text] ?? text).split(/\s+/).filter((part) => part !== '')
  if (parts.length !== fieldBounds.length) return { ok: false, message: `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]` }
  const fields: Field[] = []
  for (const [at, bounds] of fieldBounds.entries()) {
    const field = parseField(parts[at] ?? '', bounds)
    if (typeof field === 'string') return { ok: false, message: field }
    fields.push(field)
  }
  return { ok: true, schedule: { next: (afterMs) => nextOf(fields, zone, afterMs) } }
}

/** Whether the zone is known; `Local` and nothing are the caller's to refuse. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const unitsMs: { readonly [unit: string]: number } = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: minuteMs, h: 60 * minuteMs }

function parseEvery(text: string): ParsedSchedule {
  const length = text.slice('@every '.length)
  const parts = [...length.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== length) {
    return { ok: false, message: `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(length)}` }
  }
  const sumMs = parts.reduce((sum, part) => sum + Number(part[1]) * (unitsMs[part[2] ?? ''] ?? 0), 0)
  const everyMs = Math.max(1000, Math.floor(sumMs / 1000) * 1000)
  return { ok: true, schedule: { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + everyMs } }
}

/** The values of one field, or what is wrong with it. */
function parseField(text: string, bounds: Bounds): Field | string {
  const values = new Set<number>()
  let isAny = false
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = parseRange(part, bounds)
    if (typeof range === 'string') return range
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
    isAny ||= range.isAny
  }
  return { values, isAny }
}

interface Range {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly isAny: boolean
}

function parseRange(text: string, bounds: Bounds): Range | string {
  const [span = '', stepText, ...moreSteps] = text.split('/')
  if (moreSteps.length > 0) return `too many slashes: ${text}`
  const [first = '', last, ...moreEnds] = span.split('-')
  if (moreEnds.length > 0) return `too many hyphens: ${text}`
  const isStar = first === '*' || first === '?'
  const from = isStar ? bounds.least : numberOf(first, bounds.names, bounds.least)
  if (typeof from === 'string') return from
  const step = stepText === undefined ? 1 : numberOf(stepText, [], 0)
  if (typeof step === 'string') return step
  const openEnd = isStar || stepText !== undefined ? bounds.most : from
  const to = last === undefined || isStar ? openEnd : numberOf(last, bounds.names, bounds.least)
  if (typeof to === 'string') return to
  if (from < bounds.least) return `beginning of range (${from}) below minimum (${bounds.least}): ${text}`
  if (to > bounds.most) return `end of range (${to}) above maximum (${bounds.most}): ${text}`
  if (from > to) return `beginning of range (${from}) beyond end of range (${to}): ${text}`
  if (step === 0) return `step of range should be a positive number: ${text}`
  return { from, to, step, isAny: isStar && step === 1 }
}

function numberOf(text: string, names: readonly string[], offset: number): number | string {
  const named = names.indexOf(text.toLowerCase())
  if (named >= 0) return named + offset
  if (/^-\d+$/.test(text)) return `negative number (${text}) not allowed: ${text}`
  return /^\d+$/.test(text) ? Number(text) : `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
}

function nextOf(fields: readonly Field[], zone: string, afterMs: number): number | undefined {
  const [minutes, hours] = [sorted(fields[0]), sorted(fields[1])]
  // Local times are counted as if they were UTC.
  const firstDay = Math.floor((afterMs + offsetMs(zone, afterMs)) / dayMs)
  for (let day = firstDay; day < firstDay + lookAheadDays; day++) {
    if (!isDue(fields, new Date(day * dayMs))) continue
    const found = firstOfDay(day * dayMs, hours, minutes, zone, afterMs)
    if (found !== undefined) return found
  }
  return undefined
}

const sorted = (field: Field | undefined): readonly number[] => [...(field?.values ?? [])].sort((a, b) => a - b)

function isDue([, , dayOfMonth, month, dayOfWeek]: readonly Field[], date: Date): boolean {
  if (month?.values.has(date.getUTCMonth() + 1) !== true) return false
  const isDay = dayOfMonth?.values.has(date.getUTCDate()) === true
  const isWeekday = dayOfWeek?.values.has(date.getUTCDay()) === true
  return dayOfMonth?.isAny === true || dayOfWeek?.isAny === true ? isDay && isWeekday : isDay || isWeekday
}

/** A time that the clocks skip does not come; one that they show twice comes twice. */
function firstOfDay(localDayMs: number, hours: readonly number[], minutes: readonly number[], zone: string, afterMs: number): number | undefined {
  const offsets = [...new Set([offsetMs(zone, localDayMs - dayMs / 2), offsetMs(zone, localDayMs + dayMs * 1.5)])]
  let earliest: number | undefined
  for (const hour of hours) {
    for (const minute of minutes) {
      for (const offset of offsets) {
        const ms = localDayMs + (hour * 60 + minute) * minuteMs - offset
        if (ms <= afterMs || (earliest !== undefined && ms >= earliest)) continue
        if (offsets.length > 1 && offsetMs(zone, ms) !== offset) continue
        earliest = ms
      }
      // Where the clocks do not change, the first that fits is the earliest.
      if (earliest !== undefined && offsets.length === 1) return earliest
    }
  }
  return earliest
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** How far the zone's clocks are ahead of UTC at that moment. */
function offsetMs(zone: string, atMs: number): number {
  if (zone === 'UTC' || zone === 'Etc/UTC') return 0
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
    formats.set(zone, format)
  }
  const parts = new Map(format.formatToParts(new Date(atMs)).map((part) => [part.type, Number(part.value)]))
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(atMs / 1000) * 1000
}
