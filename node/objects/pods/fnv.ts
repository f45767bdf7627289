// Short names out of contents: a 32-bit FNV-1a digest in letters that form no words, and JSON in one fixed order.
// They make names of children deterministic, so that a repeated create meets its first self. They are not for secrets.

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** FNV-1a over the UTF-16 units of the text, 32 bits. Source: Fowler, Noll, Vo. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193)
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), 0x01000193)
  }
  return hash >>> 0
}

/** The digest of a text as letters and digits that are valid in names; at most ten, as in pod-template-hash. */
export function shortHash(text: string): string {
  return [...String(fnv32a(text))].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length] ?? '').join('')
}

/** `length` characters fixed by the text; for name suffixes of up to six. */
export function nameSuffix(text: string, length: number): string {
  let rest = fnv32a(text)
  let suffix = ''
  for (let i = 0; i < length; i++) {
    suffix += alphabet[rest % alphabet.length] ?? ''
    rest = Math.floor(rest / alphabet.length)
  }
  return suffix
}

/** JSON with keys in order and without undefined fields: equal values give equal text. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Whether two JSON values are equal; undefined fields count as absent. */
export function sameJson(left: unknown, right: unknown): boolean {
  return left === right || orderedJson(left) === orderedJson(right)
}
