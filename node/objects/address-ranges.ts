// IPv4 addresses and ranges as numbers, for pools of addresses and for what clients may come from: a range is written as
// `10.0.0.0/24`, `10.0.0.10-10.0.0.20` or as one address. Pure. Text that is no range answers undefined.

/** Addresses from `first` to `last`, both included. */
export interface AddressRange {
  readonly first: number
  readonly last: number
}

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)

/** The number of an IPv4 address, or undefined when it is none. */
export function addressNumber(text: string): number | undefined {
  return ipv4.test(text) ? text.split('.').reduce((value, part) => value * 256 + Number(part), 0) : undefined
}

/** The text of an address. */
export const addressText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** Reads one range. */
export function addressRange(text: string): AddressRange | undefined {
  const [from = '', to] = text.split('-')
  const slash = /^(.+)\/(\d{1,2})$/.exec(from)
  if (to === undefined && slash !== null) {
    const number = addressNumber(slash[1] ?? '')
    const bits = Number(slash[2])
    if (number === undefined || bits > 32) return undefined
    const count = 2 ** (32 - bits)
    const first = Math.floor(number / count) * count
    return { first, last: first + count - 1 }
  }
  if (text.split('-').length > 2) return undefined
  const first = addressNumber(from.trim())
  const last = to === undefined ? first : addressNumber(to.trim())
  return first === undefined || last === undefined || last < first ? undefined : { first, last }
}

/** Whether two ranges share an address. */
export const overlaps = (a: AddressRange, b: AddressRange): boolean => a.first <= b.last && b.first <= a.last

/** Whether the address lies in one of the ranges. */
export const contains = (ranges: readonly AddressRange[], address: number): boolean => ranges.some((range) => range.first <= address && address <= range.last)
