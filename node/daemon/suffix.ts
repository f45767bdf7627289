// The end of a generated name, as Kubernetes makes them: letters and digits that cannot spell words. Chance is handed in.
const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789'

/** `length` of them; `integer` answers a number below its argument. */
export function nameSuffix(integer: (below: number) => number, length: number): string {
  return Array.from({ length }, () => suffixLetters[integer(suffixLetters.length)] ?? 'b').join('')
}
