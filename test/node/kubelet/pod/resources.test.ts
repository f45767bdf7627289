// Control group settings and quality of service (Kubernetes documentation, Pod Quality of Service Classes).
import { deepEqual, equal } from 'node:assert/strict'
import { containerResources, oomScore, qosClass } from '../../../../node/kubelet/pod/resources.ts'
import { makePod, named } from '../../../support/pod-fixtures.ts'

describe('kubelet / pod / resources', () => {
  it('turns CPUs into shares and quota, memory into bytes', () => {
    deepEqual(containerResources(named('a', { resources: { requests: { cpu: '250m' }, limits: { cpu: '1500m', memory: '64Mi' } } })),
      { cpuShares: 256, cpuPeriod: 100_000, cpuQuota: 150_000, memoryLimitInBytes: 67_108_864 })
    deepEqual(containerResources(named('a')), { cpuShares: 2 })
    deepEqual(containerResources(named('a', { resources: { limits: { cpu: '1m' } } })), { cpuShares: 2, cpuPeriod: 100_000, cpuQuota: 1_000 })
  })
  it('knows the three classes', () => {
    const of = (...resources: object[]): string => qosClass(makePod({ containers: resources.map((each, index) => named(`c${index}`, { resources: each })) }))
    equal(of({}, {}), 'BestEffort')
    equal(of({ requests: { cpu: '1' } }, {}), 'Burstable')
    equal(of({ limits: { cpu: '1', memory: '1Gi' } }), 'Guaranteed')
    equal(of({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed')
    equal(of({ limits: { cpu: '1', memory: '1Gi' } }, {}), 'Burstable')
  })
  it('scores what is killed first when memory runs out', () => {
    const score = (resources: object): number => oomScore(makePod({ containers: [named('a', { resources })] }), named('a', { resources }), 1024 ** 3)
    equal(score({}), 1000)
    equal(score({ limits: { cpu: '1', memory: '1Gi' } }), -997)
    equal(score({ requests: { memory: '512Mi' } }), 500)
  })
})
