// What is forgotten when: TCP when an endpoint is gone for good, UDP as soon as no rule leads to it.
import { deepEqual } from 'node:assert/strict'
import { purges, reachable } from '../../../../node/network/proxy/flows-plan.ts'
import type { Protocol, Rule } from '../../../../node/network/proxy/model.ts'
import type { EndpointSlice } from '../../../../node/objects/generated/discovery-v1.ts'

const slice = (protocol: string, ...addresses: readonly string[]): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: 'web-1', namespace: 'default' }, addressType: 'IPv4',
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: false, serving: true, terminating: true } })),
  ports: [{ name: '', protocol, port: 8080 }],
})

const rule = (protocol: Protocol, ...addresses: readonly string[]): Rule => ({
  frontend: { address: '10.96.0.80', protocol, port: 80 }, backends: addresses.map((address) => ({ address, port: 8080 })), stickySeconds: undefined,
})

describe('network / proxy / flows plan', () => {
  it('TCP to a Pod that ends goes on while its endpoint exists, and is forgotten with it', () => {
    const serving = reachable([rule('tcp', '10.244.1.2', '10.244.2.2')], [slice('TCP', '10.244.1.2', '10.244.2.2')])
    const ending = reachable([rule('tcp', '10.244.2.2')], [slice('TCP', '10.244.1.2', '10.244.2.2')])
    const gone = reachable([rule('tcp', '10.244.2.2')], [slice('TCP', '10.244.2.2')])
    deepEqual(purges(serving, ending), [])
    deepEqual(purges(ending, gone), [{ kind: 'target', target: { protocol: 'tcp', address: '10.244.1.2', port: 8080 } }])
  })

  it('UDP leaves a backend as soon as no rule leads to it, and only what came through that Service', () => {
    const both = rule('udp', '10.244.1.2', '10.244.2.2')
    const slices = [slice('UDP', '10.244.1.2', '10.244.2.2')]
    deepEqual(purges(reachable([both], slices), reachable([rule('udp', '10.244.2.2')], slices)),
      [{ kind: 'frontend', frontend: both.frontend, backend: { address: '10.244.1.2', port: 8080 } }])
  })

  it('what was sent to a Service without endpoints is forgotten when it has the first, and when it loses the last', () => {
    const [none, one] = [rule('udp'), rule('udp', '10.244.1.2')]
    const slices = [slice('UDP', '10.244.1.2')]
    const all = [{ kind: 'frontend' as const, frontend: one.frontend, backend: undefined }]
    deepEqual(purges(reachable([], slices), reachable([one], slices)), all)
    deepEqual(purges(reachable([none], slices), reachable([one], slices)), all)
    deepEqual(purges(reachable([one], slices), reachable([none], slices)), all)
    deepEqual(purges(reachable([none], slices), reachable([none], slices)), [])
  })

  it('a port of a Pod that stays is not touched when another goes', () => {
    const host: Rule = { ...rule('tcp', '10.244.1.2'), frontend: { address: 'node', protocol: 'tcp', port: 8081 } }
    deepEqual(purges(reachable([host], [slice('TCP', '10.244.1.2')]), reachable([], [slice('TCP', '10.244.1.2')])), [])
    deepEqual(purges(reachable([host], []), reachable([], [])), [{ kind: 'target', target: { protocol: 'tcp', address: '10.244.1.2', port: 8080 } }])
  })
})
