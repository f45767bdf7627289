// The subresource pods/log: what a container wrote, read from the kubelet of its node and passed on as it comes.
// Source: API reference, "read log of the specified Pod".
import type { Answer, Call } from '../call.ts'
import { fetchStream } from '../streams/kubelet-dial.ts'
import { logTarget } from '../streams/target.ts'
import type { Subresource, SubresourceDeps, SubresourceTarget } from './types.ts'

export const log: Subresource = { group: '', resource: 'pods', subresource: 'log', kind: 'Pod', verbs: ['get'], handle: readLog }

async function readLog(deps: SubresourceDeps, call: Call, { namespace, name }: SubresourceTarget): Promise<Answer> {
  const target = await logTarget(deps, namespace, name, call.query)
  if (target === undefined) return { kind: 'text', code: 204, contentType: 'text/plain', text: '' }
  const answer = await fetchStream(target, call.signal)
  return { kind: 'stream', code: 200, contentType: 'text/plain', chunks: answer }
}
