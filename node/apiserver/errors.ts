// Errors of the API server that an operator meets. What clients meet are Status answers, made in status.ts.
import { defineError } from '../base/errors.ts'

export const cannotListen = defineError<{ readonly address: string; readonly port: number; readonly why: string }>({
  code: 'SHOAL_API_CANNOT_LISTEN',
  message: ({ address, port, why }) => `the API server cannot listen on ${address}:${port}: ${why}`,
  remedy: 'Free the port (ss -ltnp names who holds it) or choose another with --api-port.',
})

export const bootstrapFailed = defineError<{ readonly what: string; readonly why: string }>({
  code: 'SHOAL_API_BOOTSTRAP',
  message: ({ what, why }) => `the cluster's first objects could not be made: ${what}: ${why}`,
  remedy: 'It is tried again by itself; if it stays, look at the peer that leads (shoal status).',
})
