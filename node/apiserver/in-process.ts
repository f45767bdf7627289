// The API for what runs inside the daemon: the same handler without HTTP, bytes and parsing. Objects that come out are shared
// by all readers and frozen. A fence binds every write to a work that this peer holds.
import { addAbortListener } from 'node:events'
import { ApiError } from '../client/errors.ts'
import type { ApiObject, ApiRequest, ApiWatchEvent, Transport } from '../client/types.ts'
import type { User } from '../identity/users.ts'
import { isObject, metadataOf } from '../objects/encoding.ts'
import type { JsonObject } from '../objects/json.ts'
import type { Answer, Call, Fence, WatchFrame } from './call.ts'
import type { Handler } from './handler.ts'
import { requestInfo } from './request-info.ts'
import { badRequest, internalError } from './status.ts'
import { apiVersionOf } from './storage.ts'
import type { Storage } from './storage.ts'

/** A transport for `user`; `fence` is asked at each write. */
export function inProcessTransport(handler: Handler, storage: Storage, user: User, fence?: () => Fence | undefined): Transport {
  const callOf = (request: ApiRequest, signal: AbortSignal): Call => {
    const value = bodyValue(request.body)
    return {
      method: request.method, path: request.path, query: new URLSearchParams(request.query ?? {}), user, signal,
      userAgent: user.name, fence: request.method === 'GET' ? undefined : fence?.(),
      body: { contentType: request.contentType ?? (request.body === undefined ? '' : 'application/json'), value, bytes: () => Promise.resolve(new Uint8Array()) },
    }
  }
  const answerTo = async (request: ApiRequest, signal: AbortSignal): Promise<Answer> => {
    const call = callOf(request, signal)
    const info = requestInfo(call.method, call.path, call.query)
    handler.authorize(call, info)
    try {
      return await handler.handle(call, info)
    } catch (error) {
      if (error instanceof ApiError || signal.aborted) throw error
      throw internalError(error instanceof Error ? error.message : String(error))
    }
  }
  return {
    send: async (request, signal = new AbortController().signal) => show(storage, await answerTo(request, signal)),
    watch: async function* (request, signal) {
      const query = { ...request.query, watch: 'true' }
      const ended = new AbortController()
      using _listening = addAbortListener(signal, () => ended.abort())
      try {
        const answer = await answerTo({ ...request, query }, ended.signal)
        if (answer.kind !== 'watch') throw badRequest('the request is not a watch')
        for await (const frame of answer.frames) yield eventOf(storage, answer.definition, frame)
      } finally {
        ended.abort()
      }
    },
  }
}

/** Patches may be lists, everything else is an object. */
function bodyValue(body: unknown): JsonObject | undefined {
  if (body === undefined) return undefined
  // Callers hand in typed objects; what is no JSON in them (undefined fields) must not reach the decoder.
  const copy: JsonObject = JSON.parse(JSON.stringify(body))
  return copy
}

function show(storage: Storage, answer: Answer): unknown {
  switch (answer.kind) {
    case 'object': return storage.decode(answer.definition, { value: answer.bytes, revision: answer.revision })
    case 'list': return {
      kind: `${answer.definition.kind}List`, apiVersion: apiVersionOf(answer.definition),
      metadata: { resourceVersion: String(answer.revision), ...(answer.continueToken === undefined ? {} : { continue: answer.continueToken }) },
      items: answer.items.map((stored) => storage.decode(answer.definition, stored)),
    }
    case 'value': return answer.value
    case 'text': return answer.text
    case 'stream': return answer.chunks
    case 'watch': throw badRequest('a watch needs the transport\'s watch method')
  }
}

function eventOf(storage: Storage, definition: Parameters<Storage['decode']>[0], frame: WatchFrame): ApiWatchEvent {
  if (frame.kind === 'error') throw new ApiError(frame.status)
  if (frame.kind === 'bookmark') {
    const annotations = frame.initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    return { type: 'BOOKMARK', object: { kind: definition.kind, apiVersion: apiVersionOf(definition), metadata: { resourceVersion: String(frame.revision), ...annotations } } }
  }
  const decoded = storage.decode(definition, { value: frame.bytes, revision: frame.revision })
  const version = String(frame.revision)
  const object = metadataOf(decoded)['resourceVersion'] === version ? decoded : { ...decoded, metadata: { ...metadataOf(decoded), resourceVersion: version } }
  return { type: frame.type, object: asApiObject(object) }
}

function asApiObject(object: JsonObject): ApiObject {
  const { apiVersion, kind, metadata } = object
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
  if (isObject(metadata)) return Object.freeze({ ...object, apiVersion: text(apiVersion), kind: text(kind), metadata: metadataOf(object) as ApiObject['metadata'] })
  throw internalError('a stored object has no metadata')
}
