// The filters around the handler, in their order: errors become Status answers, the user is found, impersonation, limits of
// requests in flight, the time limit, authorisation; then the answer is rendered. No filter knows a kind.
import { gzipSync } from 'node:zlib'
import type { Clock } from '../../base/clock.ts'
import type { Logger } from '../../base/logger.ts'
import type { Counter, Gauge, Histogram, Metrics } from '../../base/metrics.ts'
import { ApiError } from '../../client/errors.ts'
import { authenticate } from '../../identity/authentication.ts'
import type { Tokens } from '../../identity/tokens.ts'
import type { User } from '../../identity/users.ts'
import type { Answer, Body, Call, Staleness } from '../call.ts'
import { DashboardDesk, isDashboard } from '../dashboard/desk.ts'
import { refuseProxied, sessionAuthorization } from '../dashboard/session.ts'
import type { Handler } from '../handler.ts'
import { compressFromBytes, maxBodyBytes, maxReadsInFlight, maxWritesInFlight, requestTimeoutMs } from '../limits.ts'
import { inFlight, longRunning, requestSeconds, requestsTotal } from '../metrics.ts'
import { negotiate } from '../negotiate.ts'
import type { Forms, Representation } from '../negotiate.ts'
import { readIncludeObject, renderFrame, renderList, renderObject, renderValue, yamlOf } from '../render.ts'
import type { Renderer } from '../render.ts'
import { requestInfo, truthy } from '../request-info.ts'
import type { RequestInfo } from '../request-info.ts'
import { failure, internalError, NotInOldCopy, notAcceptable, requestTimeout, tooLarge, tooManyRequests, unauthorized } from '../status.ts'
import { BodyTooLarge } from './exchange.ts'
import type { Exchange, Headers } from './exchange.ts'
import { impersonate } from './impersonation.ts'
import { PlainRefusal } from './plain-refusal.ts'

export interface FrontDeps {
  readonly handler: Handler
  readonly tokens: Tokens
  readonly renderer: Renderer
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** A text that nobody can guess. */
  readonly secret: () => string
}

const longRunningSubresources = new Set(['log', 'exec', 'attach', 'portforward', 'proxy'])

export class Front {
  readonly #deps: FrontDeps
  readonly #requests: Counter<'verb' | 'resource' | 'code'>
  readonly #seconds: Histogram<'verb' | 'resource'>
  readonly #flight: Gauge<'request_kind'>
  readonly #long: Gauge<never>
  readonly #dashboard: DashboardDesk
  #reads = 0
  #writes = 0
  #longs = 0

  constructor(deps: FrontDeps) {
    this.#deps = deps
    this.#dashboard = new DashboardDesk(deps)
    this.#requests = deps.metrics.counter(requestsTotal)
    this.#seconds = deps.metrics.histogram(requestSeconds)
    this.#flight = deps.metrics.gauge(inFlight)
    this.#long = deps.metrics.gauge(longRunning)
  }

  /** Serves one exchange to its end; never throws. */
  async serve(exchange: Exchange): Promise<void> {
    const startMs = this.#deps.clock.bootMs()
    const [path = '/', search = ''] = splitTarget(exchange.target)
    const query = new URLSearchParams(search)
    const info = requestInfo(exchange.method, path, query)
    const labels = { verb: info.verb.toUpperCase(), resource: info.kind === 'resource' ? info.resource : '' }
    const code = await this.#guarded(exchange, path, query, info).catch((error: unknown) => {
      // The refusal itself could not be sent: the connection is gone.
      this.#deps.logger.debug('answer not sent', { path, error })
      return 499
    })
    this.#requests.add({ ...labels, code: String(code) })
    if (!isLongRunning(info)) this.#seconds.observe(labels, (this.#deps.clock.bootMs() - startMs) / 1000)
  }

  /** The user of an exchange, after impersonation. Throws 401 and 403. */
  async user(exchange: Pick<Exchange, 'certificate' | 'headers' | 'target'>): Promise<User> {
    const path = splitTarget(exchange.target)[0]
    const authorization = exchange.certificate === undefined ? sessionAuthorization(exchange.headers, path) : exchange.headers.authorization
    const found = await authenticate({ certificate: exchange.certificate, authorization }, this.#deps.tokens)
    if (found === undefined) throw unauthorized()
    return impersonate(found, exchange.headers, path, this.#deps.handler)
  }

  async #guarded(exchange: Exchange, path: string, query: URLSearchParams, info: RequestInfo): Promise<number> {
    try {
      if (isDashboard(path)) return await this.#dashboard.serve(exchange, path)
      const user = await this.user(exchange)
      refuseProxied(exchange.headers, info)
      const release = this.#enter(info)
      try {
        return await this.#answer(exchange, path, query, info, user)
      } finally {
        release()
      }
    } catch (error) {
      return this.#refuse(exchange, error, path)
    }
  }

  /** Counts a request that begins; throws 429 when too many are under way. */
  #enter(info: RequestInfo): () => void {
    if (isLongRunning(info)) {
      this.#long.set({}, ++this.#longs)
      return () => this.#long.set({}, --this.#longs)
    }
    const isRead = info.verb === 'get' || info.verb === 'list'
    if (isRead ? this.#reads >= maxReadsInFlight : this.#writes >= maxWritesInFlight) throw tooManyRequests()
    const count = (by: number): void => {
      if (isRead) this.#reads += by
      else this.#writes += by
      this.#flight.set({ request_kind: isRead ? 'readOnly' : 'mutating' }, isRead ? this.#reads : this.#writes)
    }
    count(1)
    return () => count(-1)
  }

  async #answer(exchange: Exchange, path: string, query: URLSearchParams, info: RequestInfo, user: User): Promise<number> {
    const { handler, clock } = this.#deps
    const limit = new AbortController()
    const timer = isLongRunning(info) ? undefined : clock.after(requestTimeoutMs, () => limit.abort(requestTimeout('request did not complete within the allotted timeout')))
    const signal = AbortSignal.any([exchange.signal, limit.signal])
    const call: Call = { method: exchange.method, path, query, user, body: bodyOf(exchange), userAgent: exchange.headers['user-agent'] ?? '', signal }
    try {
      handler.authorize(call, info)
      const form = negotiate(exchange.headers.accept, formsOf(info))
      // kubectl's binary OpenAPI and other server paths read Accept themselves.
      const aggregated = form.as === 'APIGroupDiscoveryList' ? form.version : undefined
      if (form.as === 'Table' && truthy(query.get('watch')) && query.has('sendInitialEvents') && truthy(query.get('allowWatchBookmarks'))) {
        throw notAcceptable('only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf')
      }
      const answer = await untilAborted(handler.handle(call, info, { aggregated, accept: exchange.headers.accept ?? '' }), limit.signal)
      return await this.#send(exchange, answer, form, query)
    } finally {
      timer?.cancel()
    }
  }

  async #send(exchange: Exchange, answer: Answer, form: Representation, query: URLSearchParams): Promise<number> {
    const { renderer } = this.#deps
    const include = readIncludeObject(query.get('includeObject'))
    switch (answer.kind) {
      case 'object':
        return this.#sendJson(exchange, answer.code, renderObject(renderer, answer.definition, answer, form, include), form, answer.warnings, answer.stale)
      case 'list':
        return this.#sendJson(exchange, 200, renderList(renderer, answer, form, include), form, [], answer.stale)
      case 'value': {
        const bytes = answer.definition === undefined ? new TextEncoder().encode(`${JSON.stringify(answer.value)}\n`) : renderValue(renderer, answer.definition, answer.value, form, include)
        return this.#sendJson(exchange, answer.code, [bytes], form, answer.warnings ?? [], undefined)
      }
      case 'text': {
        const bytes = typeof answer.text === 'string' ? new TextEncoder().encode(answer.text) : answer.text
        exchange.respond(answer.code, { 'content-type': answer.contentType, 'cache-control': 'no-cache, private', ...answer.headers }, [bytes])
        return answer.code
      }
      case 'stream': {
        const sink = exchange.begin(answer.code, { 'content-type': answer.contentType, 'cache-control': 'no-cache, private', ...answer.headers })
        for await (const chunk of answer.chunks) if (!await sink.write(chunk)) break
        sink.end()
        return answer.code
      }
      case 'watch': {
        const sink = exchange.begin(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
        let columns = true
        for await (const frame of answer.frames) {
          if (!await sink.write(renderFrame(renderer, answer.definition, frame, form, include, columns))) break
          if (frame.kind === 'object') columns = false
        }
        sink.end()
        return 200
      }
    }
  }

  #sendJson(exchange: Exchange, code: number, parts: readonly Uint8Array[], form: Representation, warnings: readonly string[] = [], stale: Staleness | undefined): number {
    const body = form.format === 'yaml' ? [yamlOf(Buffer.concat(parts))] : parts
    const headers: { [name: string]: string | readonly string[] } = {
      'content-type': form.format === 'yaml' ? 'application/yaml' : form.as === 'APIGroupDiscoveryList' ? `application/json;g=apidiscovery.k8s.io;v=${form.version};as=APIGroupDiscoveryList` : 'application/json',
      'cache-control': 'no-cache, private',
    }
    if (warnings.length > 0) headers['warning'] = warnings.map((warning) => `299 - ${JSON.stringify(warning)}`)
    this.#respond(exchange, code, stale === undefined ? headers : { ...headers, ...ageHeaders(stale) }, body)
    return code
  }

  #respond(exchange: Exchange, code: number, headers: Headers, parts: readonly Uint8Array[]): void {
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0)
    if (sizeBytes < compressFromBytes || !/\bgzip\b/.test(String(exchange.headers['accept-encoding'] ?? ''))) {
      exchange.respond(code, headers, parts)
      return
    }
    // The fastest level: large lists travel over fast links here, and the thread has other work.
    exchange.respond(code, { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' }, [gzipSync(Buffer.concat(parts), { level: 1 })])
  }

  #refuse(exchange: Exchange, error: unknown, path: string): number {
    if (exchange.signal.aborted) return 499
    if (error instanceof PlainRefusal) {
      exchange.respond(error.code, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, [new TextEncoder().encode(error.message)])
      return error.code
    }
    const refusal = this.#explain(error, path)
    const { status } = refusal
    const retryAfter = status.details?.['retryAfterSeconds']
    const headers = {
      'content-type': 'application/json', 'cache-control': 'no-cache, private',
      ...(typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}), ...(refusal instanceof NotInOldCopy ? ageHeaders(refusal.stale) : {}),
    }
    exchange.respond(status.code, headers, [new TextEncoder().encode(`${JSON.stringify(status)}\n`)])
    return status.code
  }

  #explain(error: unknown, path: string): ApiError {
    if (error instanceof ApiError) return error
    if (error instanceof BodyTooLarge) return tooLarge(maxBodyBytes)
    this.#deps.logger.error('request failed', { path, error })
    return error instanceof Error ? internalError(error.message) : failure(500, 'InternalError', 'Internal error occurred')
  }
}

/** How old the copy is that an answer came from; a 404 of it has them as well, for it may only be too old to know. */
function ageHeaders(stale: Staleness): { readonly [name: string]: string } {
  return { 'x-shoal-revision': String(stale.revision), 'x-shoal-revision-age-ms': String(Math.round(stale.ageMs)) }
}

function splitTarget(target: string): readonly [string, string] {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

/** Watches and streams have no time limit and are not counted among the requests in flight. */
export function isLongRunning(info: RequestInfo): boolean {
  return info.kind === 'resource' && (info.verb === 'watch' || longRunningSubresources.has(info.subresource))
}

function formsOf(info: RequestInfo): Forms {
  if (info.kind === 'path') return 'discovery'
  if (info.subresource === 'log' || info.subresource === 'proxy') return 'any'
  return info.name === '' && info.verb !== 'create' ? 'lists' : 'objects'
}

function bodyOf(exchange: Exchange): Body {
  let read: Promise<Uint8Array> | undefined
  return {
    contentType: (exchange.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
    bytes: () => read ??= exchange.body(maxBodyBytes),
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
