// exec, attach and port-forward asked for without an upgrade: the same checks, and the answer that an upgrade is needed.
// The streams themselves are served in node/apiserver/streams.
import { badRequest } from '../status.ts'
import { streamTarget } from '../streams/target.ts'
import type { StreamKind } from '../streams/target.ts'
import type { Subresource } from './types.ts'

const connect = (subresource: StreamKind, kind: string): Subresource => ({
  group: '', resource: 'pods', subresource, kind, verbs: ['create', 'get'],
  handle: async (deps, call, { namespace, name }) => {
    await streamTarget(deps, subresource, namespace, name, call.query)
    throw badRequest('Upgrade request required')
  },
})

export const attach = connect('attach', 'PodAttachOptions')
export const exec = connect('exec', 'PodExecOptions')
export const portForward = connect('portforward', 'PodPortForwardOptions')
