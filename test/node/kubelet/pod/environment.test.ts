// Environments: Kubernetes documentation, Service (environment variables), Define Environment Variables for a Container.
import { deepEqual, equal, throws } from 'node:assert/strict'
import type { Service } from '../../../../node/objects/generated/core-v1.ts'
import { environment, serviceVariables } from '../../../../node/kubelet/pod/environment.ts'
import type { EnvironmentSources } from '../../../../node/kubelet/pod/environment.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'

const service = (name: string, namespace: string, clusterIP: string): Service => ({
  metadata: { name, namespace }, spec: { clusterIP, ports: [{ name: 'http', port: 80, protocol: 'TCP' }, { name: 'dns-udp', port: 53, protocol: 'UDP' }] },
})

const sources: EnvironmentSources = {
  podAddresses: ['10.1.1.1'], hostAddresses: ['192.168.0.1'], allocatable: {},
  configMap: (name) => (name === 'cm' ? { metadata: { name }, data: { KEY: 'from map', OTHER: 'x' } } : undefined),
  secret: (name) => (name === 'sec' ? { metadata: { name }, data: { PASS: btoa('geheim') } } : undefined),
  services: [service('my-web', 'default', '10.96.0.7'), service('kubernetes', 'default', '10.96.0.1'), service('far', 'other', '10.96.0.9')],
}

const valuesOf = (container: object, pod = makePod({ enableServiceLinks: false })): { readonly [key: string]: string } =>
  Object.fromEntries(environment(pod, named('main', container), sources).map((each) => [each.key, each.value]))

describe('kubelet / pod / environment', () => {
  it('announces a Service under the names of Docker links', () => {
    deepEqual(Object.fromEntries(serviceVariables(service('my-web', 'default', '10.96.0.7'))), {
      MY_WEB_SERVICE_HOST: '10.96.0.7', MY_WEB_SERVICE_PORT: '80', MY_WEB_SERVICE_PORT_HTTP: '80', MY_WEB_SERVICE_PORT_DNS_UDP: '53', MY_WEB_PORT: 'tcp://10.96.0.7:80',
      MY_WEB_PORT_80_TCP: 'tcp://10.96.0.7:80', MY_WEB_PORT_80_TCP_PROTO: 'tcp', MY_WEB_PORT_80_TCP_PORT: '80', MY_WEB_PORT_80_TCP_ADDR: '10.96.0.7',
      MY_WEB_PORT_53_UDP: 'udp://10.96.0.7:53', MY_WEB_PORT_53_UDP_PROTO: 'udp', MY_WEB_PORT_53_UDP_PORT: '53', MY_WEB_PORT_53_UDP_ADDR: '10.96.0.7',
    })
    equal(serviceVariables(service('x', 'default', 'None')).size, 0)
  })
  it('announces its namespace and the API, and only the API without links', () => {
    const withLinks = valuesOf({}, makePod())
    deepEqual(Object.keys(withLinks).filter((key) => key.endsWith('_SERVICE_HOST')).sort(), ['KUBERNETES_SERVICE_HOST', 'MY_WEB_SERVICE_HOST'])
    deepEqual(Object.keys(valuesOf({})).filter((key) => key.endsWith('_SERVICE_HOST')), ['KUBERNETES_SERVICE_HOST'])
  })
  it('takes values from maps, secrets, fields and other variables', () => {
    const found = valuesOf({
      envFrom: [{ prefix: 'P_', configMapRef: { name: 'cm' } }],
      env: [
        { name: 'A', value: 'a' }, { name: 'B', value: '$(A)$(P_KEY)$(C)' }, { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        { name: 'S', valueFrom: { secretKeyRef: { name: 'sec', key: 'PASS' } } }, { name: 'H', value: 'http://$(KUBERNETES_SERVICE_HOST)' },
      ],
    })
    deepEqual([found['P_KEY'], found['B'], found['IP'], found['S'], found['H']], ['from map', 'afrom map$(C)', '10.1.1.1', 'geheim', 'http://10.96.0.1'])
  })
  it('leaves out what is optional and missing, and names what is not', () => {
    const missing = (optional: boolean): object => ({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'none', key: 'k', optional } } }] })
    equal(valuesOf(missing(true))['A'], undefined)
    throws(() => valuesOf(missing(false)), /configmap "none" not found/)
    throws(() => valuesOf({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'sec', key: 'k' } } }] }), /couldn't find key k in Secret default\/sec/)
    throws(() => valuesOf({ envFrom: [{ secretRef: { name: 'none' } }] }), /secret "none" not found/)
  })
})
