// Bytes to plain values and back, by msgpack. Before the package may build anything, the bytes are walked once: every
// length must fit what is left, nesting is bounded and extension types are refused, so a length that lies costs nothing.
// It knows no message; codec.ts does.
import { Packr, RESET_BUFFER_MODE } from 'msgpackr'
import { MessageError } from './errors.ts'
import { maxDepth } from './limits.ts'

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, int64AsType: 'number' })

/** Encodes arrays, strings, numbers, booleans, null and bytes. The result may share its buffer with others: copy it before transferring. */
export function pack(value: unknown): Uint8Array {
  return packr.pack(value)
}

/**
 * The same as a copy that owns its memory: handing a view to another thread copies all of the buffer behind it. What is packed
 * next is packed over it, so that large things do not take new memory each time.
 */
export function packOwned(value: unknown): Uint8Array {
  return new Uint8Array(packr.pack(value, RESET_BUFFER_MODE))
}

/** Decodes what `pack` made, or anything else that keeps its rules. Bytes inside are views of `bytes`. Throws a MessageError. */
export function unpack(bytes: Uint8Array): unknown {
  checkShape(bytes)
  try {
    const value: unknown = packr.unpack(bytes)
    return value
  } catch (error) {
    throw new MessageError('malformed', error instanceof Error ? error.message : 'not msgpack')
  }
}

/** Sizes by type byte for 0xc0..0xdf: fixed bytes after the type byte; lengths and counts are read by `checkShape`. */
const fixedBytes: readonly number[] = [
  0, -1, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
]

/** Walks the one value that `bytes` must hold. */
function checkShape(bytes: Uint8Array): void {
  let at = 0
  let depth = 0
  const open: number[] = [1]
  const end = bytes.length
  const readLength = (width: number): number => {
    if (at + width > end) throw new MessageError('malformed', 'cut short')
    let value = 0
    for (let i = 0; i < width; i++) value = value * 256 + (bytes[at + i] ?? 0)
    at += width
    return value
  }
  while (depth >= 0) {
    const left = open[depth] ?? 0
    if (left === 0) {
      depth--
      continue
    }
    open[depth] = left - 1
    if (at >= end) throw new MessageError('malformed', 'cut short')
    const type = bytes[at++] ?? 0
    if (type < 0x80 || type >= 0xe0) continue
    let skip = -1
    let items = -1
    if (type < 0x90) items = (type & 0x0f) * 2
    else if (type < 0xa0) items = type & 0x0f
    else if (type < 0xc0) skip = type & 0x1f
    else if (type >= 0xc4 && type <= 0xc6) skip = readLength(1 << (type - 0xc4))
    else if (type >= 0xd9 && type <= 0xdb) skip = readLength(1 << (type - 0xd9))
    else if (type === 0xdc || type === 0xdd) items = readLength(type === 0xdc ? 2 : 4)
    else if (type === 0xde || type === 0xdf) items = readLength(type === 0xde ? 2 : 4) * 2
    else skip = fixedBytes[type - 0xc0] ?? -1
    if (items >= 0) {
      if (items > end - at) throw new MessageError('malformed', 'a list is longer than its bytes')
      if (depth + 1 >= maxDepth) throw new MessageError('malformed', 'nested too deeply')
      depth++
      open[depth] = items
    } else {
      if (skip < 0) throw new MessageError('malformed', 'a type that is not used here')
      if (skip > end - at) throw new MessageError('malformed', 'cut short')
      at += skip
    }
  }
  if (at !== end) throw new MessageError('malformed', 'bytes after the end')
}
