// The end of a turn of the event loop: what is put off until then sees everything that arrived in the same turn. Work that
// costs the same for one input as for many (a message to a thread, a packet, a sync of the disk) waits for it.

/** Calls `run` after the sockets and ports that are readable now were read, and before the loop sleeps. */
export function atEndOfTurn(run: () => void): void {
  setImmediate(run)
}
