// Requests to the public API with the session of this browser. A session that has ended is told to whoever listens, once, so
// that the page can ask for a new sign-in; every other refusal becomes an error with the server's own words.

export class Refused extends Error {
  override readonly name = 'Refused'
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

export interface Session {
  readonly user: string
  readonly expires: string
  readonly lifeMs: number
}

const ended = new Set<() => void>()

/** Calls back whenever a request finds the session expired. */
export function onSessionEnd(listener: () => void): () => void {
  ended.add(listener)
  return () => ended.delete(listener)
}

async function refusal(answer: Response): Promise<Refused> {
  const text = await answer.text()
  try {
    const value: unknown = JSON.parse(text)
    const message: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'message') : undefined
    return new Refused(answer.status, typeof message === 'string' && message !== '' ? message : `the server answered ${answer.status}`)
  } catch {
    // Not every refusal is JSON; its text says as much.
    return new Refused(answer.status, text.trim() === '' ? `the server answered ${answer.status}` : text.trim().slice(0, 400))
  }
}

/** Sends one request. Rejects with Refused, and with TypeError when no peer answers. */
export async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options })
  if (answer.ok) return answer
  const error = await refusal(answer)
  if (answer.status === 401) for (const listener of [...ended]) listener()
  throw error
}

/** What the server answers, parsed. The caller names the shape; the API's reference promises it. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await ask(path, { headers: { accept: 'application/json' }, ...(signal === undefined ? {} : { signal }) })
  return await answer.json() as T
}

export async function readYaml(path: string): Promise<string> {
  return (await ask(path, { headers: { accept: 'application/yaml' } })).text()
}

export async function send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, contentType = 'application/json'): Promise<void> {
  await ask(path, { method, headers: { 'content-type': contentType, accept: 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
}

export const session = {
  /** Who is signed in; rejects with 401 when nobody is. */
  async show(): Promise<Session> {
    const answer = await fetch('/dashboard/session', { cache: 'no-store' })
    if (!answer.ok) throw await refusal(answer)
    return await answer.json() as Session
  },
  async begin(proof: { readonly token: string } | { readonly code: string }): Promise<Session> {
    const answer = await fetch('/dashboard/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(proof) })
    if (!answer.ok) throw await refusal(answer)
    return await answer.json() as Session
  },
  async end(): Promise<void> {
    await fetch('/dashboard/session', { method: 'DELETE' })
  },
}
