// Chunks of snapshots between daemons: Zstandard, which makes a state about a tenth, in the thread pool so that the main
// thread goes on serving. A chunk that would expand beyond the limit is refused before it is.
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { snapshotChunkMostBytes } from './limits.ts'
import type { ChunkPacker } from './snapshot.ts'

const compress = promisify(zstdCompress)
const expand = promisify(zstdDecompress)

export const zstdChunks: ChunkPacker = {
  pack: (chunk) => compress(chunk),
  expand: (bytes) => expand(bytes, { maxOutputLength: snapshotChunkMostBytes }),
}
