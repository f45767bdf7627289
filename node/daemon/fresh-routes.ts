// What the control socket of a fresh daemon answers: who it is, and how it becomes a member. Everything else it refuses.
import type { DaemonState } from '../base/control.ts'
import type { ControlRoutes } from './control-server.ts'
import { alreadyMember, notAMember } from './errors.ts'

export interface FreshParts {
  readonly name: string
  readonly state: 'fresh' | 'joining'
  readonly found: () => Promise<void>
  readonly join: (invitation: string) => Promise<void>
}

/** The answer to who is here. */
export const stateOf = (name: string, state: DaemonState['state']): DaemonState => ({ state, name, pid: process.pid })

/** A field of a request's body, if it is an object. */
export const fieldOf = (body: unknown, field: string): unknown => (typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined)

/** Routes of a daemon that belongs to no cluster. */
export function freshRoutes(parts: FreshParts): ControlRoutes {
  const refuse = (): Promise<never> => Promise.reject(notAMember.make({ name: parts.name }))
  return {
    'GET /state': () => Promise.resolve(stateOf(parts.name, parts.state)),
    'POST /init': async () => {
      if (parts.state === 'joining') throw alreadyMember.make({ name: parts.name })
      await parts.found()
      return stateOf(parts.name, 'member')
    },
    'POST /join': async ({ body }) => {
      if (parts.state === 'joining') throw alreadyMember.make({ name: parts.name })
      await parts.join(String(fieldOf(await body(), 'invitation') ?? ''))
      return stateOf(parts.name, 'member')
    },
    'GET /status': refuse,
    'GET /kubeconfig': refuse,
    'GET /tokens': refuse,
    'POST /tokens': refuse,
  }
}
