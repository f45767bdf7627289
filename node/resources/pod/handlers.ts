// What is wrong with the probes and hooks of a container, in the words of the reference server.
import { has, numberIn, objectIn, objectsIn, stringIn, stringsIn, valueIn } from '../../objects/access.ts'
import { isObject } from '../../objects/encoding.ts'
import { portName, portNumber } from '../../objects/names.ts'
import type { FieldErrors } from '../field-errors.ts'
import type { Json, JsonObject } from '../../objects/json.ts'

const headerPattern = /^[-A-Za-z0-9]+$/
const headerRule = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"

function validatePort(errors: FieldErrors, port: Json | undefined, path: string): void {
  if (typeof port === 'string') errors.each(path, port, portName(port))
  else {
    const number = typeof port === 'number' ? port : 0
    errors.each(path, number, portNumber(number))
  }
}

function validateHttp(errors: FieldErrors, get: JsonObject, path: string): void {
  if (stringIn(get, 'path') === '') errors.required(`${path}.path`)
  validatePort(errors, valueIn(get, 'port'), `${path}.port`)
  errors.oneOf(`${path}.scheme`, stringIn(get, 'scheme'), ['HTTP', 'HTTPS'])
  for (const header of objectsIn(get, 'httpHeaders')) {
    if (!headerPattern.test(stringIn(header, 'name'))) errors.invalid(`${path}.httpHeaders`, stringIn(header, 'name'), headerRule)
  }
}

/** The one handler of a probe or a hook; `order` is the order in which the reference looks for them. */
function validateHandler(errors: FieldErrors, handler: JsonObject, path: string, order: readonly string[], graceSeconds: number): void {
  const [first, ...others] = order.filter((name) => isObject(handler[name]))
  for (const name of others) errors.forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')
  switch (first) {
    case undefined: return errors.required(path, 'must specify a handler type')
    case 'exec': return stringsIn(handler, 'exec', 'command').length === 0 ? errors.required(`${path}.exec.command`) : undefined
    case 'httpGet': return validateHttp(errors, objectIn(handler, 'httpGet'), `${path}.httpGet`)
    case 'tcpSocket': return validatePort(errors, valueIn(handler, 'tcpSocket', 'port'), `${path}.tcpSocket.port`)
    case 'grpc': return validatePort(errors, valueIn(handler, 'grpc', 'port'), `${path}.grpc.port`)
    case 'sleep': return validateSleep(errors, numberIn(handler, 'sleep', 'seconds') ?? 0, path, graceSeconds)
    default: return
  }
}

function validateSleep(errors: FieldErrors, seconds: number, path: string, graceSeconds: number): void {
  if (seconds > 0 && seconds <= graceSeconds) return
  errors.invalid(`${path}.sleep`, seconds, `must be greater than 0 and less than terminationGracePeriodSeconds (${graceSeconds}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`)
}

/** Checks the hooks of a container. */
export function validateLifecycle(errors: FieldErrors, lifecycle: JsonObject, path: string, graceSeconds: number): void {
  for (const hook of ['postStart', 'preStop']) {
    if (has(lifecycle, hook)) validateHandler(errors, objectIn(lifecycle, hook), `${path}.${hook}`, ['exec', 'httpGet', 'tcpSocket', 'sleep'], graceSeconds)
  }
}

/** Checks one probe of a container. */
export function validateProbe(errors: FieldErrors, probe: JsonObject, kind: 'livenessProbe' | 'readinessProbe' | 'startupProbe', path: string): void {
  validateHandler(errors, probe, path, ['exec', 'httpGet', 'tcpSocket', 'grpc'], 0)
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']) errors.nonNegative(`${path}.${field}`, numberIn(probe, field))
  const grace = numberIn(probe, 'terminationGracePeriodSeconds')
  if (kind === 'readinessProbe') {
    if (grace !== undefined) errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes')
    return
  }
  if (grace !== undefined && grace <= 0) errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
  const successes = numberIn(probe, 'successThreshold') ?? 1
  if (successes !== 1) errors.invalid(`${path}.successThreshold`, successes, 'must be 1')
}
