// shoal image load: an image archive for all peers.
import { createReadStream, existsSync } from 'node:fs'
import { badArgument } from '../errors.ts'
import { askDaemon, targetFlags } from '../target.ts'
import type { Verb } from '../verb.ts'

const loadTimeoutMs = 300_000

export const imageLoadVerb: Verb = {
  usage: 'image load <archive>',
  summary: 'load a docker or OCI archive (docker save) onto every peer',
  flags: targetFlags,
  examples: ['docker save nginx | gzip -d > nginx.tar; shoal image load nginx.tar'],
  run: async (context, [archive = ''], flags) => {
    if (!existsSync(archive)) throw badArgument.make({ argument: archive, expected: 'an existing archive' })
    const { loaded, failed } = (await askDaemon(context, flags, { method: 'POST', path: '/images', stream: createReadStream(archive), timeoutMs: loadTimeoutMs })) as {
      loaded: readonly { peer: string; images: readonly string[] }[]
      failed: readonly { peer: string; error: string }[]
    }
    for (const { peer, images } of loaded) context.out(`${peer}: ${images.join(', ')}`)
    for (const { peer, error } of failed) context.err(`${peer}: not loaded: ${error}`)
    return failed.length === 0 ? 0 : 1
  },
}
