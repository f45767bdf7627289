// IP addresses and ranges as text: the checks of the API, and the arithmetic that gives out addresses of a range.
// It opens no socket and asks no resolver.

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)

export const isIpv4 = (text: string): boolean => ipv4.test(text)

/** RFC 4291, section 2.2, without zones. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !/^[0-9a-fA-F:.]+$/.test(text)) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups[groups.length - 1] ?? ''
  const hasIpv4 = last.includes('.')
  if (hasIpv4 && !isIpv4(last)) return false
  const plain = hasIpv4 ? groups.slice(0, -1) : groups
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  const count = plain.length + (hasIpv4 ? 2 : 0)
  return halves.length === 2 ? count < 8 : count === 8
}

export const isIp = (text: string): boolean => isIpv4(text) || isIpv6(text)

/** What the server says of text that is no address. */
export const notAnIp = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
export const notACidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** Whether it is an address, IPv4 or IPv6, and the length of a prefix. */
export function isCidr(text: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(text)
  if (match === null) return false
  const [, address = '', bits = ''] = match
  return isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128
}

/** Addresses that an endpoint may not have, or undefined when it may. */
export function specialRange(address: string): string | undefined {
  if (address === '0.0.0.0' || address === '::') return `may not be unspecified (${address})`
  if (address.startsWith('127.') || address === '::1') return 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address)) return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
  if (address.startsWith('224.0.0.') || /^ff02:/i.test(address)) return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
  return undefined
}

/** An IPv4 address as a number. */
export const ipv4Number = (address: string): number => address.split('.').reduce((value, part) => value * 256 + Number(part), 0)

/** The IPv4 address of a number. */
export const ipv4Text = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** An IPv4 range in numbers: its first address and how many there are. */
export function ipv4Range(cidr: string): { readonly first: number; readonly count: number } {
  const [address = '', bits = '32'] = cidr.split('/')
  const count = 2 ** (32 - Number(bits))
  return { first: Math.floor(ipv4Number(address) / count) * count, count }
}
