// The environment of a container: variables of Services, of envFrom and of env, in that order of precedence, with $(NAME)
// expanded (Kubernetes documentation, Service environment variables; Define Environment Variables). Pure: config maps,
// secrets and Services are handed in.
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '../../objects/generated/core-v1.ts'
import { containerConfigFailed } from '../errors.ts'
import type { DownwardContext } from './downward.ts'
import { fieldText, resourceText } from './downward.ts'
import { expand } from './expansion.ts'
import { specOf } from './view.ts'

export interface EnvironmentSources extends DownwardContext {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  /** Services of the Pod's namespace, and `kubernetes` of `default`. */
  readonly services: readonly Service[]
}

const variableName = (text: string): string => text.toUpperCase().replaceAll('-', '_')

/** The variables that announce one Service. */
export function serviceVariables(service: Service): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  const address = service.spec?.clusterIP
  const ports = service.spec?.ports ?? []
  const first = ports[0]
  if (address === undefined || address === '' || address === 'None' || first === undefined) return variables
  const prefix = variableName(service.metadata.name ?? '')
  variables.set(`${prefix}_SERVICE_HOST`, address)
  variables.set(`${prefix}_SERVICE_PORT`, String(first.port))
  for (const port of ports) if (port.name !== undefined && port.name !== '') variables.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port))
  const url = (port: typeof first): string => `${(port.protocol ?? 'TCP').toLowerCase()}://${address}:${port.port}`
  variables.set(`${prefix}_PORT`, url(first))
  for (const port of ports) {
    const name = `${prefix}_PORT_${port.port}_${port.protocol ?? 'TCP'}`
    variables.set(name, url(port))
    variables.set(`${name}_PROTO`, (port.protocol ?? 'TCP').toLowerCase())
    variables.set(`${name}_PORT`, String(port.port))
    variables.set(`${name}_ADDR`, address)
  }
  return variables
}

/** The bytes of a Secret's value. */
export const secretText = (value: string): string => new TextDecoder().decode(Uint8Array.from(atob(value), (each) => each.charCodeAt(0)))

function addFrom(result: Map<string, string>, container: Container, sources: EnvironmentSources): void {
  for (const from of container.envFrom ?? []) {
    const prefix = from.prefix ?? ''
    if (from.configMapRef !== undefined) {
      const name = from.configMapRef.name ?? ''
      const map = sources.configMap(name)
      if (map === undefined && from.configMapRef.optional !== true) throw containerConfigFailed.make({ reason: `configmap "${name}" not found` })
      for (const [key, value] of Object.entries(map?.data ?? {})) result.set(prefix + key, value)
    }
    if (from.secretRef !== undefined) {
      const name = from.secretRef.name ?? ''
      const secret = sources.secret(name)
      if (secret === undefined && from.secretRef.optional !== true) throw containerConfigFailed.make({ reason: `secret "${name}" not found` })
      for (const [key, value] of Object.entries(secret?.data ?? {})) result.set(prefix + key, secretText(value))
    }
  }
}

/** The value of one variable; undefined when it refers to something optional that is missing. */
function valueOf(pod: Pod, container: Container, variable: EnvVar, sources: EnvironmentSources): string | undefined {
  const from = variable.valueFrom
  if (from?.fieldRef !== undefined) return fieldText(pod, from.fieldRef.fieldPath, sources)
  if (from?.resourceFieldRef !== undefined) return resourceText(pod, container, from.resourceFieldRef, sources)
  if (from?.configMapKeyRef !== undefined) {
    const { name = '', key, optional } = from.configMapKeyRef
    const map = sources.configMap(name)
    const value = map?.data?.[key]
    if (value !== undefined || optional === true) return value
    throw containerConfigFailed.make({ reason: map === undefined ? `configmap "${name}" not found` : `couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}` })
  }
  if (from?.secretKeyRef !== undefined) {
    const { name = '', key, optional } = from.secretKeyRef
    const secret = sources.secret(name)
    const value = secret?.data?.[key]
    if (value !== undefined) return secretText(value)
    if (optional === true) return undefined
    throw containerConfigFailed.make({ reason: secret === undefined ? `secret "${name}" not found` : `couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}` })
  }
  return ''
}

/** All variables of a container. Throws containerConfigFailed when something that is not optional is missing. */
export function environment(pod: Pod, container: Container, sources: EnvironmentSources): readonly { readonly key: string; readonly value: string }[] {
  const result = new Map<string, string>()
  const services = new Map<string, string>()
  const links = specOf(pod).enableServiceLinks !== false
  for (const service of sources.services) {
    // The API's own Service is announced even where links are off.
    const isApi = service.metadata.name === 'kubernetes' && service.metadata.namespace === 'default'
    if (!isApi && (!links || service.metadata.namespace !== pod.metadata.namespace)) continue
    for (const [key, value] of serviceVariables(service)) services.set(key, value)
  }
  addFrom(result, container, sources)
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom === undefined
      ? expand(variable.value ?? '', (name) => result.get(name) ?? services.get(name))
      : valueOf(pod, container, variable, sources)
    if (value !== undefined) result.set(variable.name, value)
  }
  for (const [key, value] of services) if (!result.has(key)) result.set(key, value)
  return [...result].map(([key, value]) => ({ key, value }))
}
