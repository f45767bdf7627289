// Plays recorded conversations with a reference server against ours and says where the answers differ. What differs by
// nature is made equal first: ids, versions, times, and the text of a value that only Go prints.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyedCertificate } from '../../node/identity/ca.ts'
import type { ApiFixture, HttpAnswer } from './api-fixture.ts'

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly headers?: { readonly [name: string]: string | null }
}

export interface RecordedAnswer {
  readonly status: number
  readonly headers?: { readonly [name: string]: string }
  readonly body?: unknown
}

export interface Recording {
  readonly id: string
  readonly user?: string
  readonly setup?: readonly RecordedRequest[]
  readonly request: RecordedRequest
  readonly answer: RecordedAnswer
}

export function readRecordings<T>(file: string): readonly T[] {
  const path = join(import.meta.dirname, '../node/apiserver/facts', file)
  return readFileSync(path, 'utf8').trim().split('\n').map((line): T => JSON.parse(line))
}

/** Users by the names of the recordings. */
export type RecordedUsers = { readonly [name: string]: KeyedCertificate }

export function sendRecorded(fixture: ApiFixture, request: RecordedRequest, user: string | undefined, users: RecordedUsers): Promise<HttpAnswer> {
  const headers: { [name: string]: string } = {}
  let body: string | undefined
  if (request.body !== undefined) {
    body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body)
    headers['content-type'] = request.contentType ?? 'application/json'
  }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (value === null) delete headers[name.toLowerCase()]
    else headers[name.toLowerCase()] = value
  }
  if (user === 'badtoken') headers['authorization'] = 'Bearer wrong'
  const as = user === undefined ? undefined : users[user]
  const anonymous = user === 'anonymous' || user === 'badtoken'
  return fixture.http(request.method, request.path, { ...(body === undefined ? {} : { body }), headers, anonymous, ...(as === undefined ? {} : { as }) })
}

const uid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** Text without what differs from run to run. */
export function normalized(text: string): string {
  return text.replace(uid, '<uid>').replace(/<uid\d*>/g, '<uid>').replace(/<rv\d*>|\b\d+\b/g, 'N')
}

/** How an answer differs from the recorded one, or undefined. Bodies of successes are not compared. */
export function difference(recorded: RecordedAnswer, got: HttpAnswer): string | undefined {
  if (recorded.status !== got.status) return `status ${got.status} for ${recorded.status}: ${got.text.slice(0, 300)}`
  if (recorded.status < 300) return undefined
  const wanted = typeof recorded.body === 'string' ? recorded.body : JSON.stringify(recorded.body)
  const [left, right] = [comparable(wanted), comparable(got.text)]
  return left === right ? undefined : `\n  want ${left}\n  got  ${right}`
}

function comparable(text: string): string {
  try {
    const body: { readonly kind?: string } = JSON.parse(text)
    return normalized(JSON.stringify(body))
  } catch {
    return normalized(text.trim())
  }
}
