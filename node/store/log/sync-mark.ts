// How far the log is known to be synced, in a small file beside it: written after each sync and before anybody is told of
// it. It is what tells a torn tail, which nobody relied on, from a synced record that is gone. It is not synced itself with
// each batch: after a crash of the daemon it is exact, after a loss of power it may be older, and then promises less.
import { crc32 } from 'node:zlib'

/** End of what was synced. Segment 0: nothing was ever. */
export interface SyncMark {
  readonly segment: number
  readonly offset: number
}

/** Two slots, written in turn and in different sectors, so that a torn write spoils one at most. */
export const slotBytes = 512
const contentBytes = 24

/** The bytes of a slot. `turn` rises with each write; its parity says which slot it is for. */
export function encodeSlot(turn: number, mark: SyncMark): Buffer {
  const slot = Buffer.alloc(slotBytes)
  slot.writeDoubleLE(turn, 0)
  slot.writeDoubleLE(mark.segment, 8)
  slot.writeDoubleLE(mark.offset, 16)
  slot.writeUInt32LE(crc32(slot.subarray(0, contentBytes)), contentBytes)
  return slot
}

/** The newest whole slot of the file's bytes, or undefined. */
export function decodeSlots(bytes: Buffer): { readonly turn: number; readonly mark: SyncMark } | undefined {
  let newest: { readonly turn: number; readonly mark: SyncMark } | undefined
  for (const at of [0, slotBytes]) {
    if (at + contentBytes + 4 > bytes.length) continue
    const content = bytes.subarray(at, at + contentBytes)
    if (bytes.readUInt32LE(at + contentBytes) !== crc32(content)) continue
    const turn = content.readDoubleLE(0)
    if (newest === undefined || turn > newest.turn) {
      newest = { turn, mark: { segment: content.readDoubleLE(8), offset: content.readDoubleLE(16) } }
    }
  }
  return newest
}

/** Whether `a` is before `b`. */
export function isBefore(a: SyncMark, b: SyncMark): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset)
}
