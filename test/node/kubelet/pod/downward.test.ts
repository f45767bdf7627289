// The downward API: Kubernetes documentation, Downward API, available fields.
import { equal, throws } from 'node:assert/strict'
import { fieldText, resourceText } from '../../../../node/kubelet/pod/downward.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'

const context = { podAddresses: ['10.1.1.1', 'fd00::1'], hostAddresses: ['192.168.0.1'], allocatable: { cpu: '4', memory: '8Gi' } }
const container = named('main', { resources: { requests: { cpu: '250m' }, limits: { memory: '64Mi' } } })
const pod = makePod({ serviceAccountName: 'default', containers: [container] }, { labels: { b: '2', a: 'x"y' }, annotations: { 'k.io/z': 'v' } })

describe('kubelet / pod / downward API', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['metadata.name', 'web'], ['metadata.namespace', 'default'], ['metadata.uid', 'uid-1'], ["metadata.labels['b']", '2'], ["metadata.annotations['k.io/z']", 'v'],
    ["metadata.labels['none']", ''], ['metadata.labels', 'a="x\\"y"\nb="2"'], ['spec.nodeName', 'n1'], ['spec.serviceAccountName', 'default'],
    ['status.hostIP', '192.168.0.1'], ['status.podIP', '10.1.1.1'], ['status.podIPs', '10.1.1.1,fd00::1'],
  ]
  for (const [path, expected] of cases) it(path, () => equal(fieldText(pod, path, context), expected))
  it('refuses other paths', () => throws(() => fieldText(pod, 'spec.volumes', context), /unsupported fieldPath/))
  it('rounds amounts up to the divisor', () => {
    equal(resourceText(pod, container, { resource: 'requests.cpu' }, context), '1')
    equal(resourceText(pod, container, { resource: 'requests.cpu', divisor: '1m' }, context), '250')
    equal(resourceText(pod, container, { resource: 'limits.memory', divisor: '1Mi' }, context), '64')
  })
  it('takes the Node for limits that are not set', () => equal(resourceText(pod, container, { resource: 'limits.cpu' }, context), '4'))
  it('finds other containers, and says which is missing', () => {
    equal(resourceText(pod, named('x'), { resource: 'limits.memory', containerName: 'main' }, context), '67108864')
    throws(() => resourceText(pod, container, { resource: 'limits.memory', containerName: 'none' }, context), /container none not found/)
  })
})
